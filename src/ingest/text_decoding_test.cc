#include "ingest/text_decoding.h"

#include <gtest/gtest.h>

#include <string>

namespace monitora::ingest {
namespace {

using namespace std::literals;

std::string utf16(const std::u16string& text, bool little) {
  std::string out;
  for (char16_t c : text) {
    const char low = static_cast<char>(c & 0xFF);
    const char high = static_cast<char>(c >> 8);
    out += little ? low : high;
    out += little ? high : low;
  }
  return out;
}

TEST(TextDecoding, ReadsTheEncodingsThatPeopleHave) {
  const std::string text = "Élan d’été, œuvre à 4,90 €";
  EXPECT_EQ(decode_text(text), text);
  EXPECT_EQ(decode_text("\xEF\xBB\xBF" + text), text);
  const std::u16string wide = u"Élan d’été, œuvre à 4,90 €";
  EXPECT_EQ(decode_text("\xFF\xFE" + utf16(wide, true)), text);
  EXPECT_EQ(decode_text("\xFE\xFF" + utf16(wide, false)), text);
  EXPECT_EQ(decode_text(utf16(wide, true)), text);
  EXPECT_EQ(decode_text(utf16(wide, false)), text);
  EXPECT_EQ(decode_text("\xC9lan d\x92\xE9t\xE9, \x9Cuvre \xE0 4,90 \x80"), text);
}

TEST(TextDecoding, AFewBrokenBytesDoNotTurnUtf8IntoWindows1252) {
  EXPECT_EQ(decode_text("été \xFF été été été"), "été \uFFFD été été été");
}

TEST(TextDecoding, ACharacterCutAtTheEndOfASampleIsNotBroken) {
  EXPECT_EQ(detect_encoding("caf\xC3", false), Encoding::utf8);
  EXPECT_EQ(detect_encoding("caf\xE9 ferm\xE9 l'\xE9t\xE9", false), Encoding::windows1252);
}

TEST(TextDecoding, AnyLengthOfUtf16IsRead) {
  EXPECT_EQ(decode_text("\xFF\xFE"
                        "a\0b"s),
            "a\uFFFD");
  EXPECT_EQ(decode_text("\xFF\xFE"s), "");
}

TEST(TextDecoding, TheDeclaredCharsetCountsUnlessItIsWrong) {
  EXPECT_EQ(decode_text_as("\xE9t\xE9 \x80", "ISO-8859-1"), "été €");
  EXPECT_EQ(decode_text_as("\xCF\xF0\xE8", "windows-1251"), "При");
  EXPECT_EQ(decode_text_as("\xE9t\xE9", "utf-8"), "été");
  EXPECT_EQ(decode_text_as("été", "no-such-charset"), "été");
}

TEST(CleanText, KeepsTextAndDropsControls) {
  EXPECT_EQ(clean_text("a\0b\x01\x1B c\x7F\td"s), "ab c\td");
  EXPECT_EQ(clean_text("a\r\nb\rc\fd"), "a\nb\nc\nd");
  EXPECT_EQ(clean_text("e\u0301 \u00A0 ﬁ"), "e\u0301 \u00A0 ﬁ");
  EXPECT_EQ(clean_text("a\u2029b\u2028c"), "a\n\nb\nc");
}

}  // namespace
}  // namespace monitora::ingest
