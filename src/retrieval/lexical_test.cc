#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>
#include <set>

#include "retrieval/analyzer.h"
#include "retrieval/lexical_search.h"
#include "retrieval/passage_match.h"
#include "retrieval/retrieval_testing.h"

namespace monitora::retrieval {
namespace {

using testing::kDimension;
using testing::make_document;

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  for_each_word(text, [&](const Word& word) { out.push_back(word.folded); });
  return out;
}

using Words = std::vector<std::string>;

TextLanguage language(std::string_view text) {
  std::vector<Word> found;
  for_each_word(text, [&](const Word& word) { found.push_back(word); });
  return detect_language(found);
}

TEST(Analyzer, FoldsCaseAndAccentsAndSplits) {
  EXPECT_EQ(words("L'Été à Évreux, n° 42-B : ŒUVRE!"),
            (Words{"l", "ete", "a", "evreux", "n", "42", "b", "œuvre"}));
  EXPECT_EQ(words("e\u0301te\u0301"), (Words{"ete"}));  // decomposed accents
  EXPECT_EQ(words("Straße ＡＢＣ１"),
            (Words{"strasse", "abc1"}));  // full case folding, compatibility forms
  EXPECT_EQ(words("Ёлка Привет"), (Words{"елка", "привет"}));
  EXPECT_EQ(words("\xFF\xFE a\xC3 b"), (Words{"a", "b"}));  // ill-formed bytes separate
  EXPECT_TRUE(words("").empty());
  EXPECT_TRUE(words(" .,;!  ").empty());
}

TEST(Analyzer, ScriptsWithoutSpacesGivePairs) {
  EXPECT_EQ(words("東京都"), (Words{"東京", "京都"}));
  EXPECT_EQ(words("猫 GPU搭載"), (Words{"猫", "gpu", "搭載"}));
}

TEST(Analyzer, AVeryLongWordIsCut) {
  const Words found = words(std::string(100'000, 'x'));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_LE(found[0].size(), Analyzer::kMaxWordBytes);
}

TEST(Analyzer, TellsFrenchFromEnglishFromOthers) {
  EXPECT_EQ(language(("Les retours sont gratuits pour tous les clients de la boutique.")),
            TextLanguage::french);
  EXPECT_EQ(language(("The returns are free for all of the customers in this shop.")),
            TextLanguage::english);
  EXPECT_EQ(language(("Die Rückgabe ist für alle Kunden kostenlos und dauert zwei Tage.")),
            TextLanguage::other);
  EXPECT_EQ(language(("XJ-900 230V 50Hz")), TextLanguage::other);
}

TEST(Analyzer, InflectionsShareATermOfTheirLanguage) {
  const auto shared = [](std::string_view chunk, std::string_view question) {
    std::vector<std::string> terms;
    Analyzer::of_thread().chunk_terms(chunk, terms);
    for (const auto& word : Analyzer::of_thread().question_words(question))
      for (const std::string& form : word.forms)
        if (std::find(terms.begin(), terms.end(), form) != terms.end()) return true;
    return false;
  };
  EXPECT_TRUE(shared("Les commandes sont expédiées dans la journée par nos équipes.", "expédier"));
  EXPECT_TRUE(shared("Les commandes sont expédiées dans la journée par nos équipes.", "expedier"));
  EXPECT_TRUE(shared("The orders are shipped by the team in the morning.", "shipping"));
  EXPECT_TRUE(shared("Bestellungen werden verschickt", "Bestellung"));
  EXPECT_FALSE(shared("Les commandes sont expédiées dans la journée.", "garantie"));
}

TEST(Analyzer, AQuestionIsBounded) {
  std::string question;
  for (int i = 0; i < 5'000; ++i) question += "mot" + std::to_string(i) + " ";
  EXPECT_EQ(Analyzer::of_thread().question_words(question).size(), Analyzer::kMaxQueryWords);
}

TEST(LexicalIndex, PostingsRoundTripAndDamageIsRefused) {
  LexicalBuilder builder;
  builder.add_chunk(Words{"b", "a", "a", "a"});
  builder.add_chunk(Words{});
  builder.add_chunk(Words{"a", "c"});
  const LexicalIndex index = builder.finish();
  ASSERT_TRUE(index.find("a"));
  EXPECT_FALSE(index.find("aa"));
  PostingReader reader(index.postings(*index.find("a")));
  Posting posting{};
  ASSERT_TRUE(reader.next(posting));
  EXPECT_EQ(posting.chunk, 0U);
  EXPECT_EQ(posting.frequency, 3U);
  ASSERT_TRUE(reader.next(posting));
  EXPECT_EQ(posting.chunk, 2U);
  EXPECT_FALSE(reader.next(posting));

  const LexicalIndex::Parts whole{index.term_bytes(),
                                  {index.term_ends().begin(), index.term_ends().end()},
                                  {index.frequencies().begin(), index.frequencies().end()},
                                  {index.posting_bytes().begin(), index.posting_bytes().end()},
                                  {index.posting_ends().begin(), index.posting_ends().end()},
                                  {index.lengths().begin(), index.lengths().end()}};
  EXPECT_TRUE(LexicalIndex::from_parts(whole));
  LexicalIndex::Parts unending = whole;
  unending.posting_bytes.back() |= 0x80;
  EXPECT_FALSE(LexicalIndex::from_parts(unending));
  LexicalIndex::Parts unsorted = whole;
  std::swap(unsorted.term_bytes[0], unsorted.term_bytes[1]);
  EXPECT_FALSE(LexicalIndex::from_parts(unsorted));
  LexicalIndex::Parts beyond = whole;
  beyond.lengths.pop_back();
  EXPECT_FALSE(LexicalIndex::from_parts(beyond));
}

// BM25 as the formula says, term by term, over chunks kept as word lists.
TEST(LexicalSearch, EqualsTheFormulaOnRandomChunksWithDeletions) {
  std::mt19937 random(3);
  for (int round = 0; round < 20; ++round) {
    std::vector<Part> parts;
    std::vector<std::vector<Words>> texts;  // by part and chunk: its terms
    std::vector<std::vector<bool>> alive;
    std::uint32_t number = 0;
    for (unsigned part = 0; part < 1 + random() % 3; ++part) {
      SegmentBuilder builder(kDimension);
      texts.emplace_back();
      for (unsigned document = 0; document < 1 + random() % 12; ++document) {
        std::string text;
        for (unsigned i = 0; i < random() % 30; ++i)
          text += "w" + std::to_string(random() % 15) + " ";
        for (IndexedChunk& chunk : make_document(++number, {text})) {
          Words terms;
          Analyzer::of_thread().chunk_terms(chunk.chunk.content, terms);
          texts.back().push_back(terms);
          builder.add(std::move(chunk));
        }
      }
      parts.push_back({builder.finish(), nullptr, nullptr});
      alive.emplace_back(texts.back().size(), true);
      for (std::uint32_t document = 0; document < texts.back().size(); ++document)
        if (random() % 3 == 0) {
          parts.back().deletions = std::make_shared<const Deletions>(
              *parts.back().segment, parts.back().deletions.get(), document);
          alive.back()[document] = false;
        }
    }
    const std::string question = "w1 w2 w2 w9 w99";
    double live = 0, length = 0;
    std::map<std::string, double> with;
    for (std::size_t p = 0; p < parts.size(); ++p)
      for (std::size_t c = 0; c < texts[p].size(); ++c) {
        if (!alive[p][c]) continue;
        live += 1;
        length += static_cast<double>(texts[p][c].size());
        for (const std::string& term :
             std::set<std::string>(texts[p][c].begin(), texts[p][c].end()))
          with[term] += 1;
      }
    const auto query_words = Analyzer::of_thread().question_words(question);
    const LexicalQuery query(parts, question);
    for (std::size_t p = 0; p < parts.size(); ++p) {
      std::vector<float> scores;
      query.score(p, scores);
      for (std::size_t c = 0; c < texts[p].size(); ++c) {
        double expected = 0;
        for (const auto& word : query_words) {
          double with_form = 0;
          for (const std::string& form : word.forms) with_form += with[form];
          Words terms = word.forms;
          terms.push_back(word.word);
          for (const std::string& term : terms) {
            const double df = term == word.word ? with[term] : with_form;
            const double idf = std::log(1 + (live - df + 0.5) / (df + 0.5));
            const auto tf =
                static_cast<double>(std::count(texts[p][c].begin(), texts[p][c].end(), term));
            const double norm = 1.2 * (1 - 0.75 +
                                       0.75 * static_cast<double>(texts[p][c].size()) /
                                           std::max(1.0, length / live));
            expected += word.count * idf * tf * 2.2 / (tf + norm);
          }
        }
        ASSERT_NEAR(scores[c], alive[p][c] ? expected : 0, 1e-3) << "round " << round;
      }
    }
  }
}

TEST(PassageMatcher, SharesOfTheQuestion) {
  SegmentBuilder builder(kDimension);
  for (IndexedChunk& chunk : make_document(
           1, {"The warranty of the machine is two years.", "The delivery of the parcel is free."}))
    builder.add(std::move(chunk));
  const std::vector<Part> parts = {{builder.finish(), nullptr, nullptr}};
  const LexicalQuery query(parts, "what is the warranty of the machine");
  PassageMatcher matcher(query);
  const PassageMatch all = matcher.match("The warranty of the machine is two years.");
  EXPECT_NEAR(all.passage, 1, 1e-5);
  EXPECT_NEAR(all.sentence, 1, 1e-5);
  EXPECT_NEAR(all.letters, 1, 1e-5);
  const PassageMatch apart = matcher.match("The machine works. The warranty of it is short.");
  EXPECT_GT(apart.passage, apart.sentence);
  const PassageMatch misspelt = matcher.match("the waranty of the machines");
  EXPECT_GT(misspelt.letters, 0.5);
  EXPECT_LT(misspelt.passage, all.passage);
  const PassageMatch none = matcher.match("Livraison gratuite");
  EXPECT_EQ(none.passage + none.sentence + none.letters, 0);
}

}  // namespace
}  // namespace monitora::retrieval
