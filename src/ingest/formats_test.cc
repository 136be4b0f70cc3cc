#include "ingest/formats.h"

#include <gtest/gtest.h>

#include "ingest/cell_format.h"
#include "ingest/child_extractor.h"
#include "ingest/pdf_layout.h"
#include "ingest/test_support.h"

namespace monitora::ingest {
namespace {

std::string text_of(const Result<ExtractedText>& text) {
  return text.ok() ? all_text(*text) : text.status().to_string();
}

TEST(Docx, HeadingsTablesListsNotesAndRevisions) {
  auto members = office_members(
      "word/document.xml",
      "<w:document xmlns:w='w'><w:body>"
      "<w:p><w:pPr><w:pStyle w:val='Titre1'/></w:pPr><w:r><w:t>Retours</w:t></w:r></w:p>"
      "<w:p><w:r><w:t xml:space='preserve'>Trente "
      "</w:t></w:r><w:ins><w:r><w:t>jours</w:t></w:r></w:ins>"
      "<w:del><w:r><w:delText>mois</w:delText></w:r></w:del><w:r><w:footnoteReference "
      "w:id='2'/></w:r></w:p>"
      "<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>un</w:t></w:r></w:p><w:p><w:pPr><w:numPr/></"
      "w:pPr><w:r><w:t>deux</w:t></w:r></w:p>"
      "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>caché</w:t></w:r></w:p>"
      "<w:p><w:pPr><w:outlineLvl w:val='1'/></w:pPr><w:r><w:t>Frais</w:t></w:r></w:p>"
      "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Pays</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Prix</"
      "w:t></w:r></w:p></w:tc></w:tr>"
      "<w:tr><w:tc><w:p><w:r><w:t>Suisse</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>14,90</w:t></"
      "w:r></w:p></w:tc></w:tr></w:tbl>"
      "</w:body></w:document>");
  members["word/_rels/document.xml.rels"] =
      "<Relationships><Relationship Id='a' Type='x/styles' Target='styles.xml'/>"
      "<Relationship Id='b' Type='x/footnotes' Target='footnotes.xml'/></Relationships>";
  members["word/styles.xml"] =
      "<w:styles xmlns:w='w'><w:style w:type='paragraph' w:styleId='Titre1'><w:name w:val='heading "
      "1'/></w:style></w:styles>";
  members["word/footnotes.xml"] =
      "<w:footnotes xmlns:w='w'><w:footnote w:id='2'><w:p><w:r><w:t>Hors "
      "broderie.</w:t></w:r></w:p></w:footnote></w:footnotes>";
  const auto text = extract_docx(make_zip(members), {});
  ASSERT_TRUE(text.ok()) << text.status().to_string();
  ASSERT_EQ(text->blocks.size(), 2u) << all_text(*text);
  EXPECT_EQ(text->blocks[0].text,
            "Retours\n\nTrente jours (note 1)\n\nNote 1: Hors broderie.\n\n- un\n- deux");
  EXPECT_EQ(text->blocks[0].place.heading, "Retours");
  EXPECT_EQ(text->blocks[1].text, "Frais\n\nPays | Prix\nSuisse | 14,90");
  EXPECT_EQ(text->blocks[1].place.heading, "Retours › Frais");
  EXPECT_EQ(text->title, "Retours");
}

TEST(Pptx, SlidesInOrderWithTablesAndNotes) {
  const auto text = extract_pptx(read_file("examples/gamme-2026.pptx"), {});
  ASSERT_TRUE(text.ok()) << text.status().to_string();
  ASSERT_EQ(text->blocks.size(), 5u);
  EXPECT_EQ(text->title, "La gamme Vélobise 2026");
  EXPECT_EQ(text->blocks[1].place.page, 2);
  EXPECT_NE(text->blocks[1].text.find("Marée 25 | dos et porte-bagages | 25 l | 129 €"),
            std::string::npos);
  EXPECT_EQ(text->blocks[4].place.heading, "Ce qui change en 2026");
  EXPECT_NE(text->blocks[4].text.find("fabriquée de 2019 à 2025"), std::string::npos);  // a note
}

TEST(Xlsx, RowsNameTheirColumnsAndDatesAreDates) {
  const auto text = extract_xlsx(read_file("examples/tarifs-livraison.xlsx"), {});
  ASSERT_TRUE(text.ok()) << text.status().to_string();
  const std::string all = all_text(*text);
  EXPECT_NE(
      all.find("Pays: Espagne | Service: Domicile | Délai (jours ouvrés): 4 à 5 | Prix: 8,90 €"),
      std::string::npos)
      << all;
  EXPECT_NE(all.find("Date: 2026-07-14 | Jour: mardi | Motif: Fête nationale"), std::string::npos)
      << all;
  EXPECT_EQ(text->blocks[2].place.sheet, "Tarifs");
  EXPECT_EQ(text->blocks[2].place.row, 4);
}

TEST(Xlsx, HiddenSheetsAndOddCells) {
  auto members = office_members(
      "xl/workbook.xml",
      "<workbook xmlns:r='r'><sheets><sheet name='Vue' sheetId='1' r:id='r1'/>"
      "<sheet name='Cachée' sheetId='2' state='hidden' r:id='r2'/></sheets></workbook>");
  members["xl/_rels/workbook.xml.rels"] =
      "<Relationships><Relationship Id='r1' Type='x/worksheet' Target='worksheets/a.xml'/>"
      "<Relationship Id='r2' Type='x/worksheet' Target='worksheets/b.xml'/></Relationships>";
  members["xl/worksheets/a.xml"] =
      "<worksheet><sheetData><row r='2'><c r='A2' t='inlineStr'><is><t>Nom</t></is></c><c r='C2' "
      "t='str'><v>Valeur</v></c></row>"
      "<row r='3'><c r='A3' t='b'><v>1</v></c><c r='B3' t='e'><v>#N/A</v></c><c "
      "r='C3'><v>0.30000000000000004</v></c></row>"
      "<row r='4'><c r='A4' t='s'><v>999</v></c><c "
      "r='ZZZZZZ4'><v>7</v></c></row></sheetData></worksheet>";
  members["xl/worksheets/b.xml"] =
      "<worksheet><sheetData><row><c t='str'><v>secret</v></c></row></sheetData></worksheet>";
  const auto text = extract_xlsx(make_zip(members), {});
  ASSERT_TRUE(text.ok()) << text.status().to_string();
  EXPECT_EQ(all_text(*text), "Nom | Valeur\n\nNom: TRUE | Valeur: 0.3\n\n7\n\n");
}

TEST(CellFormat, NumbersAsTheSheetShowsThem) {
  EXPECT_EQ(format_cell("4.9", parse_format_code("#,##0.00\\ \"€\""), false), "4,90 €");
  EXPECT_EQ(format_cell("4.9", parse_format_code("[$€-40C]#,##0.00"), false), "4.90 €");
  EXPECT_EQ(format_cell("0.081", parse_format_code("0.0%"), false), "8.1 %");
  EXPECT_EQ(format_cell("46217.75", parse_format_code("dd/mm/yyyy hh:mm"), false),
            "2026-07-14 18:00");
  EXPECT_EQ(format_cell("46217", builtin_format(14), false), "2026-07-14");
  EXPECT_EQ(format_cell("44755", builtin_format(14), true), "2026-07-14");
  EXPECT_EQ(format_cell("0.5", builtin_format(20), false), "12:00");
  EXPECT_EQ(format_cell("12", parse_format_code("General"), false), "12");
  EXPECT_EQ(format_cell("1e300", builtin_format(14), false), "1e300");
  EXPECT_EQ(format_cell("abc", builtin_format(14), false), "abc");
}

TEST(Html, ContentWithoutWhatStandsAround) {
  const auto text = extract_html(
      "<html><head><title>Page "
      "&eacute;t&eacute;</title><style>p{}</style></head><body><nav>Menu</nav>"
      "<h1>Titre</h1><p>Un <b>deux</b>\n trois<br>quatre<script>alert(1)</script></p>"
      "<ul><li>a<li>b</ul><ol><li>c<li>d</ol>"
      "<table><tr><th>Pays<th>Prix<tr><td>Suisse<td>14,90</table><p "
      "hidden>caché</p><h2>Suite</h2><p>fin &amp; suite</p>",
      {});
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(text->title, "Page été");
  ASSERT_EQ(text->blocks.size(), 2u) << all_text(*text);
  EXPECT_EQ(
      text->blocks[0].text,
      "Titre\n\nUn deux trois\nquatre\n\n- a\n- b\n\n1. c\n2. d\n\nPays | Prix\nSuisse | 14,90");
  EXPECT_EQ(text->blocks[1].text, "Suite\n\nfin & suite");
  EXPECT_EQ(text->blocks[1].place.heading, "Titre › Suite");
}

TEST(Html, MainIsPreferredAndTheCharsetIsRead) {
  const auto text =
      extract_html("<meta charset='iso-8859-1'><div>pub</div><main>\xE9t\xE9</main>", {});
  EXPECT_EQ(text_of(text), "été\n\n");
}

TEST(Markdown, HeadingsTablesListsAndEntities) {
  const auto text = extract_markdown(
      "---\ntitle: \"Guide\"\n---\n# Un\n\nTexte *fort* et [lien](http://x) &eacute; &#8364;.\n\n- "
      "a\n- b\n  1. c\n\n"
      "## Deux\n\n| Pays | Prix |\n|---|---|\n| Suisse | 14,90 |\n\n```\ncode  "
      "ici\n```\n\n<div>bloc <b>html</b></div>\n");
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(text->title, "Guide");
  ASSERT_EQ(text->blocks.size(), 2u) << all_text(*text);
  EXPECT_EQ(text->blocks[0].text, "Un\n\nTexte fort et lien é €.\n\n- a\n- b\n1. c");
  EXPECT_EQ(text->blocks[1].text, "Deux\n\nPays | Prix\nSuisse | 14,90\n\ncode  ici\n\nbloc html");
  EXPECT_EQ(text->blocks[1].place.heading, "Un › Deux");
}

TEST(Json, PathsAndValues) {
  const auto text = extract_json(
      R"({"société": "Vélobise", "produits": [{"nom": "Brise", "prix": 65.5}, {"nom": "Écume"}], "vide": null, "ok": true})",
      {});
  EXPECT_EQ(text_of(text),
            "société: Vélobise\n\nproduits[0].nom: Brise\nproduits[0].prix: "
            "65.5\n\nproduits[1].nom: Écume\n\nok: true\n\n");
}

TEST(PdfLayout, ColumnsOneAfterTheOtherAndTablesByRows) {
  const auto text = make_child_extractor()->extract("src/ingest/testdata/columns.pdf", "a");
  const std::string all = text_of(text);
  const std::size_t first = all.find("L'efficacité de notre logistique");
  const std::size_t second =
      all.find("Seconde colonne de texte qui parle des retours et des échanges, afin de vérifier");
  EXPECT_LT(first, second) << all;
  EXPECT_NE(second, std::string::npos) << all;
  EXPECT_NE(all.find("Belgique | 3 à 4 jours ouvrés | 6,90 € | 100 €"), std::string::npos) << all;
  EXPECT_GT(all.find("Paragraphe final"), all.find("Suisse |")) << all;
}

std::vector<Word> line(double left, double top, const std::string& words) {
  std::vector<Word> out;
  std::string word;
  for (char c : words + " ") {
    if (c != ' ') {
      word += c;
    } else if (!word.empty()) {
      const double width = 5.0 * static_cast<double>(word.size());
      out.push_back({left, top, left + width, top + 10, word});
      left += width + 3;
      word.clear();
    }
  }
  return out;
}

std::vector<Word> operator+(std::vector<Word> a, const std::vector<Word>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST(PdfLayout, JoinsWrappedLinesAndWordsCutAtTheEnd) {
  const auto out =
      lay_out(line(0, 0, "the parcel leaves the work-") +
              line(0, 11, "shop on the same working day") + line(0, 40, "another paragraph"));
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[0].text, "the parcel leaves the workshop on the same working day");
  EXPECT_EQ(out[1].text, "another paragraph");
}

TEST(PdfLayout, ItemsKeepTheirLines) {
  const auto out =
      lay_out(line(0, 0, "1. first point of the list here") + line(0, 11, "2. second point"));
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].text, "1. first point of the list here\n2. second point");
}

TEST(PdfLayout, LigaturesBecomeLetters) {
  EXPECT_EQ(expand_ligatures("eﬃcace ﬂuide co\u00ADopérer ½"), "efficace fluide coopérer ½");
}

TEST(PdfLayout, NothingGivesNothing) {
  EXPECT_TRUE(lay_out({}).empty());
}

}  // namespace
}  // namespace monitora::ingest
