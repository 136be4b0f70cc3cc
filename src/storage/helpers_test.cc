// The parts of the stores that need no database; the stores themselves are in tests/contract/.
#include <gtest/gtest.h>

#include "storage/cursor.h"
#include "storage/json.h"
#include "storage/text_search.h"

namespace monitora::storage {
namespace {

TEST(Cursor, ComesBackAsItWasWritten) {
  for (const char* time : {"2026-11-22T20:55:48.123456Z", "1969-12-31T23:59:59.999999Z",
                           "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"}) {
    const Position position{*parse_time(time), Uuid::random()};
    const auto read = read_cursor(write_cursor(position));
    ASSERT_TRUE(read.ok()) << time;
    ASSERT_TRUE(read->has_value());
    EXPECT_EQ((*read)->time, position.time);
    EXPECT_EQ((*read)->id, position.id);
  }
  const Position undated{std::nullopt, Uuid::random()};
  const auto read = read_cursor(write_cursor(undated));
  ASSERT_TRUE(read.ok() && read->has_value());
  EXPECT_FALSE((*read)->time);
  EXPECT_EQ((*read)->id, undated.id);
  EXPECT_EQ(*read_index_cursor(write_cursor(std::int64_t{41})), 41);
}

TEST(Cursor, AnEmptyOneIsTheStart) {
  EXPECT_FALSE(read_cursor("")->has_value());
  EXPECT_FALSE(read_index_cursor("")->has_value());
}

TEST(Cursor, OneOfAnotherKindOrDamagedIsRefused) {
  const std::string position = write_cursor(Position{Time(), Uuid::random()});
  const std::string index = write_cursor(std::int64_t{3});
  EXPECT_EQ(read_cursor(index).status().key(), "invalid_fields");
  EXPECT_EQ(read_index_cursor(position).status().key(), "invalid_fields");
  EXPECT_EQ(read_cursor(position.substr(1)).status().key(), "invalid_fields");
  EXPECT_EQ(read_cursor(position + position).status().key(), "invalid_fields");
  EXPECT_EQ(read_index_cursor(write_cursor(std::int64_t{-1})).status().key(), "invalid_fields");
  // Later than any database can say.
  const Position never{Time(Micros(std::numeric_limits<std::int64_t>::max())), Uuid::random()};
  EXPECT_EQ(read_cursor(write_cursor(never)).status().key(), "invalid_fields");
}

TEST(Cursor, APageEndsWhereTheNextBegins) {
  const auto cursor_of = [](int row) { return write_cursor(std::int64_t{row}); };
  const Page<int> more = finish_page(std::vector<int>{1, 2, 3}, 2, cursor_of);
  EXPECT_EQ(more.items, (std::vector<int>{1, 2}));
  EXPECT_EQ(*read_index_cursor(more.next_cursor), 2);
  const Page<int> last = finish_page(std::vector<int>{1, 2}, 2, cursor_of);
  EXPECT_EQ(last.items.size(), 2U);
  EXPECT_EQ(last.next_cursor, "");
  EXPECT_EQ(page_size({0, ""}), 1);
  EXPECT_EQ(page_size({5000, ""}), 200);
}

TEST(Json, SourcesOfAnotherShapeAreReadAsFarAsTheyGo) {
  const std::vector<Source> sources = read_sources(
      R"([{"filename":"a.pdf","page":"2","score":0.4},7,null,{"index":5,"page":3,"excerpt":"x"}])");
  ASSERT_EQ(sources.size(), 2U);
  EXPECT_EQ(sources[0].index, 1);
  EXPECT_EQ(sources[0].filename, "a.pdf");
  EXPECT_FALSE(sources[0].page);
  EXPECT_TRUE(sources[0].document_id.is_nil());
  EXPECT_EQ(sources[1].index, 5);
  EXPECT_EQ(sources[1].page, 3);
  for (const char* text : {"", "{", "{}", "null", "[[[[", "\"a\"", "[1,2]"})
    EXPECT_TRUE(read_sources(text).empty()) << text;
}

TEST(Json, APlaceKeepsOnlyWhatIsSet) {
  EXPECT_EQ(place_json({}), "{}");
  Place place;
  place.sheet = "Tarifs \"2026\"";
  place.row = 7;
  EXPECT_EQ(place_json(place), R"({"sheet":"Tarifs \"2026\"","row":7})");
  EXPECT_EQ(read_place(place_json(place)), place);
  EXPECT_EQ(read_place(R"({"page":-1,"row":99999999999,"sheet":3})"), Place());
  EXPECT_EQ(read_place("[]"), Place());
}

TEST(TextSearch, WildcardsAreLiteralAndWordsFolded) {
  using sql::Database;
  for (const Database database : {Database::sqlite, Database::sqlserver, Database::postgres}) {
    EXPECT_EQ(contains_pattern(database, "Été"), "%ete%");
    EXPECT_EQ(contains_pattern(database, std::string(9000, 'x')).size(), 502U);
  }
  EXPECT_EQ(contains_pattern(Database::sqlite, "100%_[a]\\"), "%100\\%\\_[a]\\\\%");
  EXPECT_EQ(contains_pattern(Database::sqlserver, "100%_[a]\\"), "%100[%][_][[]a]\\%");
}

}  // namespace
}  // namespace monitora::storage
