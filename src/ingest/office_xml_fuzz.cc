// The XML of each Office format, packed into a zip as its main part, and the bytes as a zip.
#include <cstdint>
#include <string>

#include "ingest/cell_format.h"
#include "ingest/formats.h"
#include "ingest/test_support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace monitora::ingest;
  if (size == 0) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  switch (data[0] % 5) {
    case 0:
      (void)extract_docx(make_docx(bytes), {});
      break;
    case 1: {
      auto members = office_members(
          "xl/workbook.xml",
          "<workbook xmlns:r='r'><sheets><sheet name='a' r:id='r1'/></sheets></workbook>");
      members["xl/_rels/workbook.xml.rels"] =
          "<Relationships><Relationship Id='r1' Type='x/worksheet' "
          "Target='a.xml'/></Relationships>";
      members["xl/a.xml"] = "<worksheet><sheetData>" + bytes + "</sheetData></worksheet>";
      (void)extract_xlsx(make_zip(members), {});
      break;
    }
    case 2: {
      auto members = office_members("ppt/presentation.xml",
                                    "<p xmlns:r='r'><sldIdLst><sldId r:id='r1'/></sldIdLst></p>");
      members["ppt/_rels/presentation.xml.rels"] =
          "<Relationships><Relationship Id='r1' Type='x/slide' Target='s.xml'/></Relationships>";
      members["ppt/s.xml"] = "<sld><cSld><spTree>" + bytes + "</spTree></cSld></sld>";
      (void)extract_pptx(make_zip(members), {});
      break;
    }
    case 3:
      (void)extract_docx(bytes, {});
      break;
    default:
      (void)format_cell("46217.75", parse_format_code(bytes), false);
  }
  return 0;
}
