#include "ingest/pdf_layout.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/text.h"

namespace monitora::ingest {
namespace {

constexpr int kMaxDepth = 4;           // columns inside columns
constexpr std::size_t kConfirmed = 3;  // lines that make a gutter believable

// The vertical positions that words share: one printed line, or cells that stand side by side.
struct Strip {
  std::vector<Word> words;  // left to right
  double top = 0;
  double bottom = 0;
};

struct Gutter {
  double left = 0;
  double right = 0;
  std::size_t support = 0;  // strips with words on both sides
  double width() const { return right - left; }
};

double median_height(const std::vector<Word>& words) {
  std::vector<double> heights;
  for (const Word& word : words) heights.push_back(word.bottom - word.top);
  if (heights.empty()) return 0;
  const auto middle = heights.begin() + static_cast<std::ptrdiff_t>(heights.size() / 2);
  std::nth_element(heights.begin(), middle, heights.end());
  return *middle;
}

// Boxes are shrunk a little: those of neighbouring lines may touch.
std::vector<Strip> cut_into_strips(std::vector<Word> words) {
  std::sort(words.begin(), words.end(),
            [](const Word& a, const Word& b) { return a.top + a.bottom < b.top + b.bottom; });
  std::vector<Strip> strips;
  double reach = 0;
  for (Word& word : words) {
    const double margin = 0.3 * (word.bottom - word.top);
    if (strips.empty() || word.top + margin >= reach) {
      strips.emplace_back();
      strips.back().top = word.top;
      strips.back().bottom = word.bottom;
      reach = word.bottom - margin;
    }
    Strip& strip = strips.back();
    strip.top = std::min(strip.top, word.top);
    strip.bottom = std::max(strip.bottom, word.bottom);
    reach = std::max(reach, word.bottom - margin);
    strip.words.push_back(std::move(word));
  }
  for (Strip& strip : strips) {
    std::sort(strip.words.begin(), strip.words.end(),
              [](const Word& a, const Word& b) { return a.left < b.left; });
  }
  return strips;
}

// Words of one line; pieces of one word (a raised "er" after "1") are not set apart.
std::string line_text(const std::vector<Word>& words) {
  std::string line;
  double end = 0;
  for (const Word& word : words) {
    const bool apart = word.left - end > 0.08 * (word.bottom - word.top);
    if (!line.empty() && apart) line += ' ';
    line += word.text;
    end = word.right;
  }
  return line;
}

std::string cell_text(std::vector<Word> words) {
  std::string text;
  for (const Strip& line : cut_into_strips(std::move(words))) {
    if (!text.empty()) text += ' ';
    text += line_text(line.words);
  }
  return text;
}

// How many lines stand on both sides of `gutter`: columns whose lines are not level make one strip.
std::size_t lines_beside(const Strip& strip, const Gutter& gutter) {
  std::vector<Word> left;
  std::vector<Word> right;
  for (const Word& word : strip.words) {
    if (word.right <= gutter.left + 0.01)
      left.push_back(word);
    else if (word.left >= gutter.right - 0.01)
      right.push_back(word);
  }
  return std::min(cut_into_strips(std::move(left)).size(),
                  cut_into_strips(std::move(right)).size());
}

// White space between words of the strip, wider than `least`. A justified line, with its words
// spread evenly up to the right edge, has none.
std::vector<Gutter> gaps_of(const Strip& strip, double least, double right_edge) {
  std::vector<Gutter> gaps;
  double reach = strip.words.front().right;
  double narrowest = 1e9;
  double widest = 0;
  for (std::size_t i = 1; i < strip.words.size(); ++i) {
    const Word& word = strip.words[i];
    const double width = word.left - reach;
    narrowest = std::min(narrowest, width);
    widest = std::max(widest, width);
    if (width >= least) gaps.push_back({reach, word.left, 0});
    reach = std::max(reach, word.right);
  }
  const bool justified =
      reach > right_edge - 0.3 * least && widest < 1.3 * narrowest && widest < 6 * least;
  if (justified) return {};
  for (Gutter& gap : gaps) gap.support = lines_beside(strip, gap);
  return gaps;
}

// What the strip leaves of the gutter: the parts of at least `least` that no word touches.
std::vector<Gutter> narrowed(const Gutter& gutter, const Strip& strip, double least) {
  std::vector<Gutter> parts;
  double from = gutter.left;
  const auto offer = [&](double to) {
    if (to - from >= least) parts.push_back({from, to, gutter.support});
  };
  for (const Word& word : strip.words) {
    if (word.right <= from) continue;
    if (word.left >= gutter.right) break;
    offer(std::min(word.left, gutter.right));
    from = std::max(from, word.right);
  }
  offer(gutter.right);
  for (Gutter& part : parts) part.support += lines_beside(strip, part);
  return parts;
}

// Of the region that is laid out; height is its letters'.
struct Measure {
  double right = 0;
  double height = 0;
};

struct Group {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::vector<Gutter> gutters;  // empty: running text
};

// Narrow gutters are spaces between words that happen to stand below each other, unless many lines
// agree on them.
void drop_doubtful(Group& group, double height) {
  std::erase_if(group.gutters, [&](const Gutter& gutter) {
    return gutter.support < (gutter.width() >= 1.5 * height ? 2 : kConfirmed);
  });
}

Group grow(const std::vector<Strip>& strips, std::size_t begin, const Measure& measure,
           bool look_ahead = true);

// True when the strips from `at` on are a table or columns of their own, finer than `group`: a
// table below two columns whose gutter happens to go on through it.
bool begins_finer_group(const std::vector<Strip>& strips, std::size_t at, const Group& group,
                        const Measure& measure) {
  const Group own = grow(strips, at, measure, false);
  Group so_far = group;
  drop_doubtful(so_far, measure.height);
  return own.end - own.begin >= kConfirmed && !so_far.gutters.empty() &&
         own.gutters.size() > so_far.gutters.size();
}

// The longest run of strips from `begin` that gutters go through.
Group grow(const std::vector<Strip>& strips, std::size_t begin, const Measure& measure,
           bool look_ahead) {
  const double height = measure.height;
  const double least = 0.4 * height;
  Group group{begin, begin + 1, gaps_of(strips[begin], least, measure.right)};
  std::size_t supported_end = group.end;
  while (!group.gutters.empty() && group.end < strips.size()) {
    const Strip& strip = strips[group.end];
    const double gap = strip.top - strips[group.end - 1].bottom;
    if (gap > 3 * height) break;
    if (look_ahead && gap > 0.35 * height && begins_finer_group(strips, group.end, group, measure))
      break;
    std::vector<Gutter> kept;
    bool lost = false;
    bool supported = false;
    for (const Gutter& gutter : group.gutters) {
      const std::vector<Gutter> parts = narrowed(gutter, strip, least);
      for (const Gutter& part : parts) {
        supported = supported || part.support > gutter.support;
        kept.push_back(part);
      }
      lost = lost || (parts.empty() && gutter.support >= kConfirmed);
    }
    // A row may span columns, and a chance gutter may end; a line that crosses a believable one and
    // stands beside none is not part of this.
    if (kept.empty() || (lost && !supported)) break;
    group.gutters = std::move(kept);
    ++group.end;
    if (supported) supported_end = group.end;
  }
  // Lines at the end that stand on one side only and apart from the rest belong to what follows.
  for (std::size_t i = supported_end; i < group.end; ++i) {
    if (strips[i].top - strips[i - 1].bottom > 0.6 * height) {
      group.end = i;
      break;
    }
  }
  drop_doubtful(group, height);
  if (group.gutters.empty()) group.end = begin + 1;
  return group;
}

bool crosses(const Strip& strip, const std::vector<Gutter>& gutters) {
  return std::any_of(gutters.begin(), gutters.end(), [&](const Gutter& gutter) {
    return std::any_of(strip.words.begin(), strip.words.end(), [&](const Word& word) {
      return word.left < gutter.right - 0.01 && word.right > gutter.left + 0.01;
    });
  });
}

bool are_text_columns(const std::vector<Strip>& strips, const Group& group);

std::vector<Group> group_strips(const std::vector<Strip>& strips, const Measure& measure) {
  const double height = measure.height;
  std::vector<Group> groups;
  for (std::size_t i = 0; i < strips.size(); i = groups.back().end)
    groups.push_back(grow(strips, i, measure));
  // Where one column begins higher than the other, its first lines had nothing beside them.
  for (std::size_t g = groups.size(); g-- > 1;) {
    if (groups[g].gutters.empty() || !are_text_columns(strips, groups[g])) continue;
    while (g > 0 && groups[g - 1].gutters.empty() &&
           strips[groups[g].begin].top - strips[groups[g].begin - 1].bottom < 0.6 * height &&
           !crosses(strips[groups[g].begin - 1], groups[g].gutters)) {
      groups[g].begin = groups[g - 1].begin;
      groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(--g));
    }
  }
  return groups;
}

std::size_t column_of(const Word& word, const std::vector<Gutter>& gutters) {
  std::size_t column = 0;
  const double middle = (word.left + word.right) / 2;
  while (column < gutters.size() && middle > (gutters[column].left + gutters[column].right) / 2)
    ++column;
  return column;
}

// Running text side by side, rather than a table: each column has several lines of several words
// that mostly fill it.
bool are_text_columns(const std::vector<Strip>& strips, const Group& group) {
  for (std::size_t column = 0; column <= group.gutters.size(); ++column) {
    std::size_t lines = 0;
    std::size_t words = 0;
    double left = 1e9;
    double right = -1e9;
    std::vector<double> widths;
    for (std::size_t i = group.begin; i < group.end; ++i) {
      double from = 1e9;
      double to = -1e9;
      std::size_t here = 0;
      for (const Word& word : strips[i].words) {
        if (column_of(word, group.gutters) != column) continue;
        from = std::min(from, word.left);
        to = std::max(to, word.right);
        ++here;
      }
      if (here == 0) continue;
      ++lines;
      words += here;
      left = std::min(left, from);
      right = std::max(right, to);
      widths.push_back(to - from);
    }
    if (lines == 0 || (lines < 3 && words < 12) || words < 3 * lines) return false;
    const auto filling = std::count_if(widths.begin(), widths.end(),
                                       [&](double w) { return w >= 0.6 * (right - left); });
    if (2 * static_cast<std::size_t>(filling) < lines) return false;
  }
  return true;
}

void add_table(const std::vector<Strip>& strips, const Group& group, double height,
               std::vector<Paragraph>& out) {
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = group.begin; i < group.end; ++i) {
    std::vector<std::vector<Word>> words(group.gutters.size() + 1);
    for (const Word& word : strips[i].words) words[column_of(word, group.gutters)].push_back(word);
    std::vector<std::string> cells;
    for (std::vector<Word>& cell : words) cells.push_back(cell_text(std::move(cell)));
    // A line close below without a first cell goes on in the cells above it.
    const bool goes_on =
        !rows.empty() && cells[0].empty() && strips[i].top - strips[i - 1].bottom < 0.35 * height;
    if (!goes_on) {
      rows.push_back(std::move(cells));
      continue;
    }
    for (std::size_t c = 0; c < cells.size(); ++c) {
      if (!cells[c].empty()) rows.back()[c] += (rows.back()[c].empty() ? "" : " ") + cells[c];
    }
  }
  Paragraph table{"", height, true};
  for (const auto& cells : rows) {
    if (!table.text.empty()) table.text += '\n';
    for (std::size_t c = 0; c < cells.size(); ++c) table.text += (c ? " | " : "") + cells[c];
  }
  out.push_back(std::move(table));
}

bool starts_item(std::string_view line) {
  for (std::string_view mark : {"• ", "- ", "– ", "— ", "▪ ", "● ", "◦ ", "* ", "✓ "}) {
    if (line.starts_with(mark)) return true;
  }
  const std::size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
  return digits > 0 && digits <= 3 && digits + 1 < line.size() &&
         (line[digits] == '.' || line[digits] == ')') && line[digits + 1] == ' ';
}

bool starts_lower(std::string_view line) {
  if (line.empty()) return false;
  std::size_t at = 0;
  const char32_t c = next_character(line, at);
  return (c >= 'a' && c <= 'z') || (c >= 0xDF && c <= 0xFF);
}

bool ends_sentence(std::string_view line) {
  return line.ends_with('.') || line.ends_with('!') || line.ends_with('?') || line.ends_with(':') ||
         line.ends_with("…");
}

void append_line(std::string& text, const std::string& line, bool separate) {
  if (text.empty()) {
    text = line;
  } else if (separate) {
    text += '\n' + line;
  } else if (text.size() > 2 && text.ends_with('-') && text[text.size() - 2] != ' ' &&
             starts_lower(line)) {
    text.pop_back();  // cut at the line's end
    text += line;
  } else {
    text += ' ' + line;
  }
}

// Running text: lines joined into paragraphs.
class Flow {
 public:
  Flow(double left, double right, std::vector<Paragraph>& out)
      : left_(left), right_(right), out_(out) {}

  void add(const Strip& strip) {
    const std::string line = line_text(strip.words);
    double end = left_;
    for (const Word& word : strip.words) end = std::max(end, word.right);
    const double height = median_height(strip.words);
    const bool apart =
        strip.top - bottom_ > 0.55 * height || std::abs(height - height_) > 0.12 * height;
    if (apart || !started_) {
      out_.push_back({"", height, false});
      started_ = true;
    }
    // A line that ends early ended on purpose.
    const bool ended = end_ < right_ - 0.2 * (right_ - left_) &&
                       (ends_sentence(out_.back().text) || !starts_lower(line));
    append_line(out_.back().text, line, starts_item(line) || (ended && !apart));
    bottom_ = strip.bottom;
    height_ = height;
    end_ = end;
  }

 private:
  double left_;
  double right_;
  std::vector<Paragraph>& out_;
  bool started_ = false;
  double bottom_ = 0;
  double height_ = 0;
  double end_ = 0;
};

void lay_out_region(std::vector<Word> words, int depth, std::vector<Paragraph>& out) {
  if (words.empty()) return;
  const double height = median_height(words);
  double left = words.front().left;
  double right = words.front().right;
  for (const Word& word : words) {
    left = std::min(left, word.left);
    right = std::max(right, word.right);
  }
  const std::vector<Strip> strips = cut_into_strips(std::move(words));
  std::optional<Flow> flow;
  for (const Group& group : group_strips(strips, {right, height})) {
    if (group.gutters.empty()) {
      if (!flow) flow.emplace(left, right, out);
      flow->add(strips[group.begin]);
      continue;
    }
    flow.reset();
    if (depth >= kMaxDepth || !are_text_columns(strips, group)) {
      add_table(strips, group, height, out);
      continue;
    }
    std::vector<std::vector<Word>> columns(group.gutters.size() + 1);
    for (std::size_t s = group.begin; s < group.end; ++s) {
      for (const Word& word : strips[s].words)
        columns[column_of(word, group.gutters)].push_back(word);
    }
    for (std::vector<Word>& column : columns) lay_out_region(std::move(column), depth + 1, out);
  }
}

}  // namespace

std::vector<Paragraph> lay_out(std::vector<Word> words) {
  std::vector<Paragraph> out;
  lay_out_region(std::move(words), 0, out);
  return out;
}

std::string expand_ligatures(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_character(text, at);
    if (c == 0xAD) continue;
    std::string letter;
    append_utf8(letter, c);
    out += c >= 0xFB00 && c <= 0xFB06 ? nfkc(letter) : letter;
  }
  return out;
}

}  // namespace monitora::ingest
