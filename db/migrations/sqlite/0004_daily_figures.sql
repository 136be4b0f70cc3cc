-- What a day's figures have beside the columns: the time zone whose day it is, sums, and how often an
-- answer took how long. NULL: not counted yet, or no longer true (a vote, a deletion); the figures are
-- then counted from the messages again.
ALTER TABLE analytics_daily ADD COLUMN figures TEXT
    CONSTRAINT CHK_analytics_daily_figures CHECK (figures IS NULL OR json_valid(figures));
