#include "ingest/chunker.h"

#include <gtest/gtest.h>

#include <random>

#include "base/sentences.h"
#include "base/text.h"

namespace monitora::ingest {
namespace {

ExtractedText text_of(const std::string& text) {
  return {{{text, {}}}, ""};
}

std::vector<std::string> contents(const ExtractedText& text, ChunkingOptions options) {
  std::vector<std::string> out;
  for (const Chunk& chunk : chunk_text(text, options)) out.push_back(chunk.content);
  return out;
}

std::vector<std::string> sentences(const std::string& text) {
  std::vector<std::string> out;
  for (const Span& span : split_sentences(text))
    out.emplace_back(trim(std::string_view(text).substr(span.begin, span.end - span.begin)));
  return out;
}

TEST(Sentences, AbbreviationsDoNotEndThem) {
  using V = std::vector<std::string>;
  EXPECT_EQ(sentences("M. Durand est là. Il attend."), (V{"M. Durand est là.", "Il attend."}));
  EXPECT_EQ(sentences("Voir l'art. L. 217-3 du code. Puis signer."),
            (V{"Voir l'art. L. 217-3 du code.", "Puis signer."}));
  EXPECT_EQ(sentences("Un sac, p. ex. Brise 7, suffit. Oui."),
            (V{"Un sac, p. ex. Brise 7, suffit.", "Oui."}));
  EXPECT_EQ(sentences("Ask Mr. Smith. He knows."), (V{"Ask Mr. Smith.", "He knows."}));
  EXPECT_EQ(sentences("Vraiment ? Oui ! Ensuite."), (V{"Vraiment ?", "Oui !", "Ensuite."}));
  EXPECT_EQ(sentences("Le prix est de 4.90 euros. Merci."),
            (V{"Le prix est de 4.90 euros.", "Merci."}));
}

TEST(Sentences, WrappedLinesAreOneAndItemsAreNot) {
  using V = std::vector<std::string>;
  EXPECT_EQ(
      sentences("Une ligne assez longue pour avoir été coupée à la largeur\nde la page. Fin."),
      (V{"Une ligne assez longue pour avoir été coupée à la largeur\nde la page.", "Fin."}));
  EXPECT_EQ(sentences("- un\n- deux"), (V{"- un", "- deux"}));
}

TEST(Chunker, CutsBetweenParagraphsWhereItCan) {
  const std::string a(60, 'a');
  const std::string b(60, 'b');
  EXPECT_EQ(contents(text_of(a + "\n\n" + b), {100, 0}), (std::vector<std::string>{a, b}));
  EXPECT_EQ(contents(text_of(a + "\n\n" + b), {200, 0}),
            (std::vector<std::string>{a + "\n\n" + b}));
}

TEST(Chunker, RepeatsWholeSentences) {
  const auto out = contents(
      text_of("Première phrase ici. Deuxième phrase là. Troisième phrase enfin."), {45, 20});
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[0], "Première phrase ici. Deuxième phrase là.");
  EXPECT_EQ(out[1], "Deuxième phrase là. Troisième phrase enfin.");
}

TEST(Chunker, KeepsPlacesApart) {
  ExtractedText text;
  Place first;
  first.page = 1;
  Place second;
  second.page = 2;
  second.heading = "Retours";
  text.blocks = {{"Un.", first}, {"Deux.", second}, {" \n ", second}, {"Trois.", second}};
  const auto chunks = chunk_text(text, {});
  ASSERT_EQ(chunks.size(), 2u);
  EXPECT_EQ(chunks[0].place, first);
  EXPECT_EQ(chunks[1].place, second);
  EXPECT_EQ(chunks[1].content, "Deux.\n\nTrois.");
  EXPECT_EQ(chunks[1].index, 1);
}

TEST(Chunker, RowsStayWholeAndNameTheFirst) {
  ExtractedText text;
  for (int row = 2; row <= 7; ++row) {
    Place place;
    place.sheet = "Tarifs";
    place.row = row;
    text.blocks.push_back({"Pays: P" + std::to_string(row) + " | Prix: 4,90. Puis rien", place});
  }
  const auto chunks = chunk_text(text, {70, 35});
  ASSERT_EQ(chunks.size(), 3u);
  EXPECT_EQ(chunks[1].place.row, 4);
  EXPECT_EQ(chunks[1].content,
            "Pays: P4 | Prix: 4,90. Puis rien\nPays: P5 | Prix: 4,90. Puis rien");
}

TEST(Chunker, CutsLongWordsBetweenGraphemes) {
  std::string family;
  for (int i = 0; i < 10; ++i) family += "👩‍👩‍👧";  // five code points, one grapheme
  for (const std::string& chunk : contents(text_of(family), {12, 0}))
    EXPECT_EQ(chunk, "👩‍👩‍👧👩‍👩‍👧");
  const auto words = contents(text_of(std::string(500, 'x') + " fin"), {200, 100});
  ASSERT_EQ(words.size(), 3u);
  EXPECT_EQ(words[2], std::string(100, 'x') + " fin");
}

TEST(Chunker, NothingGivesNothing) {
  EXPECT_TRUE(chunk_text({}, {}).empty());
  EXPECT_TRUE(chunk_text(text_of(" \n\n\t"), {}).empty());
}

std::string without_space(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_character(text, at);
    if (c != ' ' && c != '\n' && c != '\t' && c != 0xA0) append_utf8(out, c);
  }
  return out;
}

std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> kPieces = {
      "mot",     "livraison", "É",        "œuvre",  "👩‍👩‍👧",
      "e\u0301", "日本語",    "M.",       "fin.",   "Oui !",
      " ",       " ",         " ",        " ",      "\n",
      "\n\n",    "\u00A0",    "« cité »", "- item", "12.5",
      "…",       "a | b"};
  std::string text;
  const int count = std::uniform_int_distribution<int>(0, 400)(random);
  for (int i = 0; i < count; ++i) {
    // Words differ, so that a chunk stands in one place of the text only.
    for (unsigned letters = 6 + random() % 34; letters > 0; --letters)
      text += static_cast<char>('a' + random() % 26);
    text += kPieces[std::uniform_int_distribution<std::size_t>(0, kPieces.size() - 1)(random)];
    if (random() % 2) text += ' ';
  }
  return text;
}

// The chunks, overlaps taken out, are the text: each begins at or before the end of what is
// covered.
TEST(Chunker, LosesNothingAndKeepsItsLimits) {
  std::mt19937 random(20'261'122);
  for (int turn = 0; turn < 400; ++turn) {
    ExtractedText text;
    std::string all;
    const int blocks = 1 + static_cast<int>(random() % 3);
    for (int b = 0; b < blocks; ++b) {
      Place place;
      if (random() % 2)
        place.page = b / 2 + 1;
      else if (random() % 2)
        place.row = b + 1;
      text.blocks.push_back({random_text(random), place});
      all += text.blocks.back().text;
    }
    const std::string wanted = without_space(all);
    const ChunkingOptions options{static_cast<int>(10 + random() % 300),
                                  static_cast<int>(random() % 200)};
    std::size_t covered = 0;
    for (const Chunk& chunk : chunk_text(text, options)) {
      ASSERT_TRUE(is_utf8(chunk.content));
      ASSERT_FALSE(is_blank(chunk.content));
      ASSERT_LE(count_characters(chunk.content), static_cast<std::size_t>(options.chunk_size));
      const std::string content = without_space(chunk.content);
      bool extends = false;
      const std::size_t earliest = covered > content.size() ? covered - content.size() : 0;
      for (std::size_t at = earliest; at <= covered && !extends; ++at) {
        extends = at + content.size() > covered && wanted.compare(at, content.size(), content) == 0;
        if (extends) covered = at + content.size();
      }
      ASSERT_TRUE(extends) << "turn " << turn << " chunk " << chunk.index << ": " << chunk.content;
    }
    ASSERT_EQ(covered, wanted.size()) << "turn " << turn;
  }
}

}  // namespace
}  // namespace monitora::ingest
