// Identifiers: UUIDs (RFC 9562) whose type says what they name, so that a document's id cannot be
// passed where a workspace's is wanted. On the wire and in SQLite: 36 lower-case characters.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace monitora {

class Uuid {
 public:
  Uuid() = default;  // all zero: "none"
  explicit Uuid(const std::array<std::uint8_t, 16>& bytes) : bytes_(bytes) {}

  static Uuid random();  // version 4, from the system's secure generator
  // Accepts either case, hyphenated 8-4-4-4-12 only.
  static std::optional<Uuid> parse(std::string_view text);

  std::string to_string() const;
  bool is_nil() const { return bytes_ == std::array<std::uint8_t, 16>{}; }
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  auto operator<=>(const Uuid&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

template <class Tag>
class Id {
 public:
  Id() = default;
  explicit Id(Uuid uuid) : uuid_(uuid) {}
  static Id random() { return Id(Uuid::random()); }
  static std::optional<Id> parse(std::string_view text) {
    const std::optional<Uuid> uuid = Uuid::parse(text);
    return uuid ? std::optional<Id>(Id(*uuid)) : std::nullopt;
  }
  std::string to_string() const { return uuid_.to_string(); }
  bool is_nil() const { return uuid_.is_nil(); }
  const Uuid& uuid() const { return uuid_; }
  auto operator<=>(const Id&) const = default;

 private:
  Uuid uuid_;
};

using UserId = Id<struct UserTag>;
using SessionId = Id<struct SessionTag>;
using WorkspaceId = Id<struct WorkspaceTag>;
using DocumentId = Id<struct DocumentTag>;
using ChunkId = Id<struct ChunkTag>;
using ConversationId = Id<struct ConversationTag>;
using MessageId = Id<struct MessageTag>;
using ApiKeyId = Id<struct ApiKeyTag>;
using JobId = Id<struct JobTag>;
using TopicId = Id<struct TopicTag>;
using CacheEntryId = Id<struct CacheEntryTag>;
using CuratedAnswerId = Id<struct CuratedAnswerTag>;
using WebhookId = Id<struct WebhookTag>;
using DeliveryId = Id<struct DeliveryTag>;

}  // namespace monitora

template <>
struct std::hash<monitora::Uuid> {
  std::size_t operator()(const monitora::Uuid& id) const noexcept {
    std::uint64_t word = 0;  // version 4: the first eight bytes are random enough
    for (int i = 0; i < 8; ++i) word = word << 8 | id.bytes()[static_cast<std::size_t>(i)];
    return static_cast<std::size_t>(word);
  }
};
template <class Tag>
struct std::hash<monitora::Id<Tag>> {
  std::size_t operator()(const monitora::Id<Tag>& id) const noexcept {
    return std::hash<monitora::Uuid>()(id.uuid());
  }
};
