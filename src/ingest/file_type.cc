#include "ingest/file_type.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "domain/filename.h"
#include "ingest/problems.h"
#include "ingest/text_decoding.h"
#include "ingest/text_kind.h"
#include "ingest/zip_names.h"

namespace monitora::ingest {
namespace {

using namespace std::literals;

constexpr std::size_t kHead = 65'536;

struct TypeNames {
  FileType type;
  std::string_view short_name;
  std::string_view mime;
};

constexpr std::array kTypes = {
    TypeNames{FileType::txt, "txt", "text/plain"},
    TypeNames{FileType::md, "md", "text/markdown"},
    TypeNames{FileType::html, "html", "text/html"},
    TypeNames{FileType::pdf, "pdf", "application/pdf"},
    TypeNames{FileType::docx, "docx",
              "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    TypeNames{FileType::pptx, "pptx",
              "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    TypeNames{FileType::xlsx, "xlsx",
              "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    TypeNames{FileType::csv, "csv", "text/csv"},
    TypeNames{FileType::json, "json", "application/json"},
};

Status refuse(std::string_view fr, std::string_view en, std::string_view do_fr,
              std::string_view do_en) {
  return unsupported(
      {std::string(fr) + " " + std::string(do_fr), std::string(en) + " " + std::string(do_en)});
}

constexpr auto kSaveAsFr = "Enregistrez-le au format DOCX, PPTX, XLSX ou PDF, puis déposez-le."sv;
constexpr auto kSaveAsEn = "Save it as DOCX, PPTX, XLSX or PDF, then upload it."sv;
constexpr auto kImageFr =
    "Déposez un document avec du texte (PDF, DOCX…), ou passez l'image par une "
    "reconnaissance de caractères (OCR)."sv;
constexpr auto kImageEn =
    "Upload a document with text (PDF, DOCX…), or run the image through text "
    "recognition (OCR)."sv;
constexpr auto kArchiveFr = "Décompressez l'archive et déposez les documents un par un."sv;
constexpr auto kArchiveEn = "Unpack the archive and upload its documents one by one."sv;
constexpr auto kAcceptedFr =
    "Formats acceptés : PDF, DOCX, PPTX, XLSX, HTML, Markdown, CSV, JSON et texte."sv;
constexpr auto kAcceptedEn =
    "Accepted formats: PDF, DOCX, PPTX, XLSX, HTML, Markdown, CSV, JSON and text."sv;

enum class Family { image, archive, media, program, other };

struct Magic {
  std::size_t offset;
  std::string_view bytes;
  std::string_view name;
  Family family;
};

constexpr std::array kMagics = {
    Magic{0, "\x89PNG\r\n\x1A\n"sv, "PNG", Family::image},
    Magic{0, "\xFF\xD8\xFF"sv, "JPEG", Family::image},
    Magic{0, "GIF8"sv, "GIF", Family::image},
    Magic{0, "II*\0"sv, "TIFF", Family::image},
    Magic{0, "MM\0*"sv, "TIFF", Family::image},
    Magic{8, "WEBP"sv, "WebP", Family::image},
    Magic{4, "ftypheic"sv, "HEIC", Family::image},
    Magic{4, "ftypavif"sv, "AVIF", Family::image},
    Magic{0, "\0\0\1\0"sv, "ICO", Family::image},
    Magic{0, "7z\xBC\xAF\x27\x1C"sv, "7-Zip", Family::archive},
    Magic{0, "Rar!\x1A\x07"sv, "RAR", Family::archive},
    Magic{0, "\x1F\x8B"sv, "gzip", Family::archive},
    Magic{0,
          "\xFD"sv
          "7zXZ\0"sv,
          "xz", Family::archive},
    Magic{0, "BZh"sv, "bzip2", Family::archive},
    Magic{0, "\x28\xB5\x2F\xFD"sv, "zstd", Family::archive},
    Magic{257, "ustar"sv, "tar", Family::archive},
    Magic{4, "ftyp"sv, "MP4", Family::media},
    Magic{0, "ID3"sv, "MP3", Family::media},
    Magic{0, "OggS"sv, "Ogg", Family::media},
    Magic{0, "fLaC"sv, "FLAC", Family::media},
    Magic{0, "\x1A\x45\xDF\xA3"sv, "Matroska", Family::media},
    Magic{0, "RIFF"sv, "RIFF (WAV, AVI)", Family::media},
    Magic{0,
          "\x7F"sv
          "ELF"sv,
          "ELF", Family::program},
    Magic{0, "MZ"sv, "Windows", Family::program},
    Magic{0, "SQLite format 3\0"sv, "SQLite", Family::other},
    Magic{0, "%!PS"sv, "PostScript", Family::other},
};

Status refuse_magic(const Magic& magic) {
  const std::string name(magic.name);
  switch (magic.family) {
    case Family::image:
      return refuse("Ce fichier est une image (" + name + ").",
                    "This file is an image (" + name + ").", kImageFr, kImageEn);
    case Family::archive:
      return refuse("Ce fichier est une archive (" + name + ").",
                    "This file is an archive (" + name + ").", kArchiveFr, kArchiveEn);
    case Family::media:
      return refuse("Ce fichier est un son ou une vidéo (" + name + ").",
                    "This file is audio or video (" + name + ").", kAcceptedFr, kAcceptedEn);
    case Family::program:
      return refuse("Ce fichier est un programme (" + name + ").",
                    "This file is a program (" + name + ").", kAcceptedFr, kAcceptedEn);
    case Family::other:
      break;
  }
  return refuse("Ce fichier est au format " + name + ".",
                "This file is in the " + name + " format.", kAcceptedFr, kAcceptedEn);
}

std::string utf16le(std::string_view ascii) {
  std::string out;
  for (char c : ascii) {
    out += c;
    out += '\0';
  }
  return out;
}

// Old Office files and password-protected new ones: an OLE container ([MS-CFB]) whose directory
// names the parts in UTF-16. The directory's first sector is at byte 48, the sector size at
// byte 30.
Status refuse_ole(std::uint64_t size, const ReadAt& read, const std::string& head) {
  std::string names = head;
  if (head.size() >= 52) {
    const auto byte = [&](std::size_t i) {
      return static_cast<std::uint64_t>(static_cast<std::uint8_t>(head[i]));
    };
    const std::uint64_t shift = byte(30);
    const std::uint64_t sector = byte(48) | byte(49) << 8 | byte(50) << 16 | byte(51) << 24;
    if (shift >= 7 && shift <= 16) {
      const std::uint64_t at = (sector + 1) << shift;
      if (at < size) names += read(at, kHead);
    }
  }
  if (size > kHead) names += read(size - kHead, kHead);
  const auto has = [&](std::string_view name) {
    return names.find(utf16le(name)) != std::string::npos;
  };
  if (has("EncryptedPackage")) return encrypted_office_file();
  std::string kind = "OLE";
  std::string_view extension = "DOCX, PPTX, XLSX";
  if (has("WordDocument")) {
    kind = "Word 97-2003 (.doc)";
    extension = "DOCX";
  } else if (has("PowerPoint Document")) {
    kind = "PowerPoint 97-2003 (.ppt)";
    extension = "PPTX";
  } else if (has("Workbook") || has("Book")) {
    kind = "Excel 97-2003 (.xls)";
    extension = "XLSX";
  } else if (has("__properties_version1.0")) {
    kind = "Outlook (.msg)";
    extension = "PDF";
  }
  const std::string to(extension);
  return refuse("Ce fichier est dans l'ancien format " + kind + ".",
                "This file is in the old " + kind + " format.",
                "Enregistrez-le au format " + to + " ou PDF, puis déposez-le.",
                "Save it as " + to + " or PDF, then upload it.");
}

Result<FileType> detect_zip(std::uint64_t size, const ReadAt& read) {
  const std::optional<std::vector<std::string>> names = zip_entry_names(size, read);
  if (!names) return damaged_archive();
  const auto has_prefix = [&](std::string_view prefix) {
    return std::any_of(names->begin(), names->end(),
                       [&](const std::string& n) { return n.starts_with(prefix); });
  };
  const auto has = [&](std::string_view name) {
    return std::find(names->begin(), names->end(), name) != names->end();
  };
  if (has("[Content_Types].xml")) {
    if (has_prefix("word/")) return FileType::docx;
    if (has_prefix("ppt/")) return FileType::pptx;
    if (has("xl/workbook.bin")) {
      return refuse("Ce fichier est un classeur Excel binaire (.xlsb).",
                    "This file is a binary Excel workbook (.xlsb).",
                    "Enregistrez-le au format XLSX, puis déposez-le.",
                    "Save it as XLSX, then upload it.");
    }
    if (has_prefix("xl/")) return FileType::xlsx;
  }
  if (has("content.xml") && has("mimetype")) {
    return refuse("Ce fichier est un document OpenDocument (LibreOffice).",
                  "This file is an OpenDocument file (LibreOffice).", kSaveAsFr, kSaveAsEn);
  }
  if (has("META-INF/container.xml")) {
    return refuse("Ce fichier est un livre EPUB.", "This file is an EPUB book.",
                  "Exportez-le en PDF ou en HTML, puis déposez-le.",
                  "Export it as PDF or HTML, then upload it.");
  }
  if (has_prefix("Index/Document.iwa")) {
    return refuse("Ce fichier est un document Apple iWork (Pages, Numbers ou Keynote).",
                  "This file is an Apple iWork document (Pages, Numbers or Keynote).", kSaveAsFr,
                  kSaveAsEn);
  }
  return refuse("Ce fichier est une archive (ZIP).", "This file is an archive (ZIP).", kArchiveFr,
                kArchiveEn);
}

bool is_binary(std::string_view head, Encoding encoding) {
  if (encoding != Encoding::utf8 && encoding != Encoding::windows1252) return false;
  std::size_t controls = 0;
  for (char c : head) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (byte == 0) return true;
    controls +=
        byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r' && byte != '\f' && byte != 0x1B;
  }
  return controls * 50 > head.size();
}

Result<FileType> detect_text(std::uint64_t size, const std::string& head,
                             std::string_view filename) {
  const bool whole = head.size() == size;
  const Encoding encoding = detect_encoding(head, whole);
  if (is_binary(head, encoding)) {
    return refuse("Ce fichier n'est pas un document dont MONITORA connaît le format.",
                  "This file is not a document in a format that MONITORA knows.", kAcceptedFr,
                  kAcceptedEn);
  }
  const std::string text = decode_text(head);
  if (whole && is_blank(text)) return empty_file();
  if (text.starts_with("{\\rtf")) {
    return refuse("Ce fichier est au format RTF.", "This file is in the RTF format.", kSaveAsFr,
                  kSaveAsEn);
  }
  if (looks_like_html(text)) return FileType::html;
  if (looks_like_xml(text)) {
    const bool svg = text.find("<svg") != std::string::npos;
    return refuse(svg ? "Ce fichier est une image (SVG)." : "Ce fichier est au format XML.",
                  svg ? "This file is an image (SVG)." : "This file is in the XML format.",
                  kAcceptedFr, kAcceptedEn);
  }
  const std::string extension = file_extension(filename);
  const JsonLook json = look_as_json(text, whole);
  if (json == JsonLook::yes || (json == JsonLook::truncated && extension == "json"))
    return FileType::json;
  if (extension == "csv" || extension == "tsv") return FileType::csv;
  if (extension == "md" || extension == "markdown") return FileType::md;
  if (looks_like_csv(text)) return FileType::csv;
  if (looks_like_markdown(text)) return FileType::md;
  return FileType::txt;
}

}  // namespace

Result<FileType> detect_file_type(std::uint64_t size, const ReadAt& read,
                                  std::string_view filename) {
  if (size == 0) return empty_file();
  const std::string head = read(0, kHead);
  if (head.empty()) return empty_file();
  if (head.starts_with("PK\x03\x04") || head.starts_with("PK\x05\x06"))
    return detect_zip(size, read);
  if (head.starts_with("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")) return refuse_ole(size, read, head);
  // Readers accept some bytes before the header (ISO 32000-1, annex H: within the first 1,024).
  if (std::string_view(head).substr(0, 1024).find("%PDF-") != std::string_view::npos)
    return FileType::pdf;
  for (const Magic& magic : kMagics) {
    if (std::string_view(head)
            .substr(std::min(magic.offset, head.size()))
            .starts_with(magic.bytes)) {
      return refuse_magic(magic);
    }
  }
  return detect_text(size, head, filename);
}

std::string_view mime_type(FileType type) {
  for (const TypeNames& names : kTypes)
    if (names.type == type) return names.mime;
  return "application/octet-stream";
}

std::string_view short_name(FileType type) {
  for (const TypeNames& names : kTypes)
    if (names.type == type) return names.short_name;
  return "txt";
}

std::optional<FileType> file_type_from_short_name(std::string_view name) {
  for (const TypeNames& names : kTypes)
    if (names.short_name == name) return names.type;
  return std::nullopt;
}

}  // namespace monitora::ingest
