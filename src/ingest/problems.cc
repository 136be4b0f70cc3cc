#include "ingest/problems.h"

namespace monitora::ingest {
namespace {

Status invalid(std::string_view key, Sentence sentence, std::string detail = {}) {
  return Status(Code::invalid_argument, key, std::move(sentence), std::move(detail));
}

Sentence no_text_sentence(FileType type) {
  if (type == FileType::pdf) {
    return {
        "Ce PDF ne contient que des images, sans texte (un scan). Passez-le par une reconnaissance "
        "de caractères (OCR), puis déposez-le de nouveau.",
        "This PDF contains only pictures and no text (a scan). Run it through text recognition "
        "(OCR), then upload it again."};
  }
  return {
      "Ce document ne contient aucun texte à lire. Ajoutez-y du texte, ou déposez le document "
      "d'où viennent ses images.",
      "This document contains no text to read. Add text to it, or upload the document its "
      "pictures come from."};
}

Sentence damaged_sentence(FileType type) {
  switch (type) {
    case FileType::pdf:
      return {
          "Ce PDF est abîmé ou incomplet. Ouvrez-le sur votre poste, enregistrez-le de nouveau "
          "en PDF, puis déposez-le.",
          "This PDF is damaged or incomplete. Open it on your computer, save it as PDF again, "
          "then upload it."};
    case FileType::docx:
    case FileType::pptx:
    case FileType::xlsx:
      return {
          "Ce document Office est abîmé ou incomplet. Ouvrez-le dans votre logiciel de bureau, "
          "enregistrez-le de nouveau, puis déposez-le.",
          "This Office document is damaged or incomplete. Open it in your office software, save "
          "it again, then upload it."};
    case FileType::json:
      return {
          "Ce fichier JSON est mal formé ou incomplet. Vérifiez-le avec un outil de contrôle, "
          "corrigez-le, puis déposez-le de nouveau.",
          "This JSON file is malformed or incomplete. Check it with a validator, correct it, "
          "then upload it again."};
    default:
      return {"Ce fichier est abîmé ou incomplet. Enregistrez-le de nouveau, puis déposez-le.",
              "This file is damaged or incomplete. Save it again, then upload it."};
  }
}

}  // namespace

Status problem(Problem kind, FileType type, std::string detail) {
  switch (kind) {
    case Problem::empty_file:
      return empty_file();
    case Problem::no_text:
      return invalid("no_text", no_text_sentence(type), std::move(detail));
    case Problem::encrypted_file:
      return invalid("encrypted_file",
                     {"Ce document est protégé par un mot de passe. Enregistrez-en une copie sans "
                      "protection, puis déposez-la.",
                      "This document is protected by a password. Save a copy without protection, "
                      "then upload it."},
                     std::move(detail));
    case Problem::damaged_file:
      return invalid("damaged_file", damaged_sentence(type), std::move(detail));
    case Problem::file_too_complex:
      return invalid(
          "file_too_complex",
          {"Ce document est trop lourd ou trop complexe à lire. Découpez-le en plusieurs "
           "fichiers plus simples, ou exportez-le en PDF ou en texte.",
           "This document is too large or too complex to read. Split it into several "
           "simpler files, or export it as PDF or text."},
          std::move(detail));
  }
  return Status::internal("unknown problem");
}

Status empty_file() {
  return invalid("empty_file",
                 {"Ce fichier est vide. Vérifiez qu'il a été enregistré en entier, puis déposez-le "
                  "de nouveau.",
                  "This file is empty. Check that it was saved completely, then upload it again."});
}

Status encrypted_office_file() {
  return problem(Problem::encrypted_file, FileType::docx);
}

Status damaged_archive() {
  return problem(Problem::damaged_file, FileType::docx, "zip without a directory");
}

Status unsupported(Sentence sentence) {
  return Status(Code::unsupported_type, "unsupported_file_type", std::move(sentence));
}

std::optional<Problem> problem_from_key(std::string_view key) {
  if (key == "empty_file") return Problem::empty_file;
  if (key == "no_text") return Problem::no_text;
  if (key == "encrypted_file") return Problem::encrypted_file;
  if (key == "damaged_file") return Problem::damaged_file;
  if (key == "file_too_complex") return Problem::file_too_complex;
  return std::nullopt;
}

}  // namespace monitora::ingest
