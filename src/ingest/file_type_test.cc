#include <gtest/gtest.h>

#include "ingest/test_support.h"

namespace monitora::ingest {
namespace {

using namespace std::literals;

std::string name_of(const std::string& bytes, const std::string& filename = "x") {
  const Result<FileType> type = type_of_bytes(bytes, filename);
  return type.ok() ? std::string(short_name(*type)) : type.status().key();
}

std::string utf16le(const std::string& ascii) {
  std::string out;
  for (char c : ascii) {
    out += c;
    out += '\0';
  }
  return out;
}

TEST(FileType, ContentDecidesAndNotTheName) {
  EXPECT_EQ(name_of("%PDF-1.4\n", "tarifs.txt"), "pdf");
  EXPECT_EQ(name_of("\n\njunk before %PDF-1.4\n"), "pdf");
  EXPECT_EQ(name_of("<!DOCTYPE html><p>x", "a.csv"), "html");
  EXPECT_EQ(name_of("<!-- note -->\n<html>"), "html");
  EXPECT_EQ(name_of("<?xml version='1.0'?><html xmlns='x'>"), "html");
  EXPECT_EQ(name_of(R"({"a": [1, 2]})", "a.txt"), "json");
  EXPECT_EQ(name_of("[1] Voir la page 3", "notes.txt"), "txt");
  EXPECT_EQ(name_of("Une phrase, puis une autre.\nEncore une phrase, encore.\n", "a.txt"), "txt");
  EXPECT_EQ(name_of("nom;prix\nEstuaire;89\nBrise;65\n", "a.txt"), "csv");
  EXPECT_EQ(name_of("# Titre\n\n- un\n- deux\n\n[lien](x)\n", "a.txt"), "md");
  EXPECT_EQ(name_of("Titre\n\ntexte", "a.md"), "md");
  EXPECT_EQ(name_of("un seul champ", "a.csv"), "csv");
}

TEST(FileType, OfficeFilesAreToldApartByTheirParts) {
  EXPECT_EQ(name_of(make_docx("")), "docx");
  EXPECT_EQ(name_of(make_zip({{"[Content_Types].xml", "x"}, {"ppt/presentation.xml", "x"}})),
            "pptx");
  EXPECT_EQ(name_of(make_zip({{"[Content_Types].xml", "x"}, {"xl/workbook.xml", "x"}})), "xlsx");
  for (const char* file : {"examples/gamme-2026.pptx", "examples/tarifs-livraison.xlsx"}) {
    EXPECT_EQ(name_of(read_file(file)), std::string(file).substr(std::string(file).size() - 4));
  }
}

struct Refused {
  std::string bytes;
  std::string format;  // that the sentence names
};

TEST(FileType, RefusalsNameTheFormatSeenInBothLanguages) {
  const std::string ole = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + std::string(504, '\0');
  const std::vector<Refused> cases = {
      {"\x89PNG\r\n\x1A\n", "PNG"},
      {"\xFF\xD8\xFF\xE0", "JPEG"},
      {"GIF89a", "GIF"},
      {"RIFF\1\2\3\4WEBPVP8 ", "WebP"},
      {"<svg xmlns='x'>", "SVG"},
      {"<?xml version='1.0'?><data/>", "XML"},
      {"{\\rtf1\\ansi x}", "RTF"},
      {"7z\xBC\xAF\x27\x1C", "7-Zip"},
      {"\x1F\x8B\x08", "gzip"},
      {make_zip({{"a.txt", "x"}}), "ZIP"},
      {make_zip({{"mimetype", "application/vnd.oasis.opendocument.text"}, {"content.xml", "x"}}),
       "OpenDocument"},
      {make_zip({{"META-INF/container.xml", "x"}}), "EPUB"},
      {make_zip({{"[Content_Types].xml", "x"}, {"xl/workbook.bin", "x"}}), "xlsb"},
      {ole + utf16le("WordDocument"), ".doc"},
      {ole + utf16le("Workbook"), ".xls"},
      {ole + utf16le("PowerPoint Document"), ".ppt"},
      {"\x7F"
       "ELF\2\1\1",
       "ELF"},
      {"SQLite format 3\0"s, "SQLite"},
  };
  for (const Refused& refused : cases) {
    const Status status = type_of_bytes(refused.bytes, "document.pdf").status();
    EXPECT_EQ(status.code(), Code::unsupported_type) << refused.format;
    EXPECT_EQ(status.key(), "unsupported_file_type") << refused.format;
    EXPECT_NE(status.sentence().fr.find(refused.format), std::string::npos) << status.sentence().fr;
    EXPECT_NE(status.sentence().en.find(refused.format), std::string::npos) << status.sentence().en;
  }
  EXPECT_EQ(name_of("ab\0cd\0\0\1\2"s), "unsupported_file_type");
}

TEST(FileType, EmptyEncryptedAndCutFilesHaveTheirOwnErrors) {
  EXPECT_EQ(name_of(""), "empty_file");
  EXPECT_EQ(name_of(" \n\n"), "empty_file");
  EXPECT_EQ(name_of(read_file("src/ingest/testdata/encrypted.docx")), "encrypted_file");
  EXPECT_EQ(name_of(make_docx("").substr(0, 60)), "damaged_file");
}

TEST(FileType, EncodingsOfTextAreNotBinary) {
  EXPECT_EQ(name_of("\xFF\xFE" + utf16le("Bonjour tout le monde")), "txt");
  EXPECT_EQ(name_of(utf16le("Bonjour tout le monde")), "txt");
  EXPECT_EQ(name_of("Livraison garantie \xE0 l'\xE9t\xE9"), "txt");
}

TEST(FileType, NamesAreKnownBothWays) {
  for (const char* name : {"txt", "md", "html", "pdf", "docx", "pptx", "xlsx", "csv", "json"}) {
    const auto type = file_type_from_short_name(name);
    ASSERT_TRUE(type.has_value()) << name;
    EXPECT_EQ(short_name(*type), name);
    EXPECT_NE(mime_type(*type).find('/'), std::string_view::npos);
  }
  EXPECT_FALSE(file_type_from_short_name("exe").has_value());
}

}  // namespace
}  // namespace monitora::ingest
