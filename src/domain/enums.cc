// The names that enumerations have on the wire and in the database.
#include <array>
#include <utility>

#include "domain/account.h"
#include "domain/conversation.h"
#include "domain/document.h"

namespace monitora {
namespace {

template <class Enum, std::size_t N>
using Names = std::array<std::pair<Enum, std::string_view>, N>;

constexpr Names<UserRole, 2> kRoles{{{UserRole::admin, "admin"}, {UserRole::lecteur, "lecteur"}}};
constexpr Names<DocumentStatus, 4> kStatuses{{{DocumentStatus::pending, "pending"},
                                              {DocumentStatus::processing, "processing"},
                                              {DocumentStatus::indexed, "indexed"},
                                              {DocumentStatus::error, "error"}}};
constexpr Names<Channel, 3> kChannels{
    {{Channel::widget, "widget"}, {Channel::test, "test"}, {Channel::api, "api"}}};

constexpr Names<Handover, 3> kHandovers{
    {{Handover::bot, "bot"}, {Handover::requested, "requested"}, {Handover::person, "person"}}};

template <class Table, class Enum>
std::string_view name_of(const Table& table, Enum value) {
  for (const auto& [each, name] : table)
    if (each == value) return name;
  return {};
}

template <class Enum, std::size_t N>
std::optional<Enum> value_of(const Names<Enum, N>& table, std::string_view text) {
  for (const auto& [each, name] : table)
    if (name == text) return each;
  return std::nullopt;
}

}  // namespace

std::string_view to_string(UserRole role) {
  return name_of(kRoles, role);
}
std::optional<UserRole> parse_user_role(std::string_view text) {
  return value_of(kRoles, text);
}
std::string_view to_string(DocumentStatus status) {
  return name_of(kStatuses, status);
}
std::optional<DocumentStatus> parse_document_status(std::string_view text) {
  return value_of(kStatuses, text);
}
std::string_view to_string(Channel channel) {
  return name_of(kChannels, channel);
}
std::optional<Channel> parse_channel(std::string_view text) {
  return value_of(kChannels, text);
}

std::string_view to_string(Handover handover) {
  return name_of(kHandovers, handover);
}
std::optional<Handover> parse_handover(std::string_view text) {
  return value_of(kHandovers, text);
}

std::string_view confidence_of(double rag_score) {
  if (rag_score >= 0.6) return "high";
  return rag_score >= 0.35 ? "medium" : "low";
}

}  // namespace monitora
