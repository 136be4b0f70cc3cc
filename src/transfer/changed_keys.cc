#include "transfer/changed_keys.h"

#include <algorithm>
#include <charconv>

#include "transfer/pgoutput.h"

namespace monitora::transfer {
namespace {

constexpr std::size_t kMostKeys = 100'000;  // of a table, in memory

Status unexpected(std::string detail) {
  return Status(Code::corrupted, "damaged_log",
                {"Le journal des changements de la base source n'a pas la forme attendue.",
                 "The log of changes of the source database has not the expected form."},
                std::move(detail));
}

std::optional<std::uint32_t> low_bits(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (wrong != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return static_cast<std::uint32_t>(number);
}

bool before(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::int32_t>(a - b) < 0;
}

}  // namespace

std::optional<SeenTransactions> SeenTransactions::parse(std::string_view text) {
  SeenTransactions seen;
  const auto next = [&](char end) {
    const std::string_view part = text.substr(0, text.find(end));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    return low_bits(part);
  };
  const auto first_running = next(':'), first_unknown = next(':');
  if (!first_running || !first_unknown) return std::nullopt;
  seen.first_running_ = *first_running;
  seen.first_unknown_ = *first_unknown;
  while (!text.empty()) {
    const auto running = next(',');
    if (!running) return std::nullopt;
    seen.running_.push_back(*running);
  }
  return seen;
}

bool SeenTransactions::sees(std::uint32_t transaction) const {
  if (before(transaction, first_running_)) return true;
  return before(transaction, first_unknown_) &&
         std::ranges::find(running_, transaction) == running_.end();
}

ChangedKeys::ChangedKeys(std::span<const FollowedTable> tables, SeenTransactions seen)
    : tables_(tables), seen_(std::move(seen)), changed_(tables.size()) {}

Status ChangedKeys::add(std::string_view bytes) {
  MONITORA_ASSIGN(const PgoutputMessage message, parse_pgoutput(bytes));
  using Kind = PgoutputMessage::Kind;
  switch (message.kind) {
    case Kind::begin:
      sees_ = seen_.sees(message.transaction);
      return {};
    case Kind::commit:
      if (!waiting_) seen_up_to_ = message.end;
      return {};
    case Kind::relation:
      return relation(message.relations[0], message.schema, message.name, message.columns);
    case Kind::change:
      if (!sees_) waiting_ = true;
      for (const auto* values : {&message.before, &message.now})
        if (sees_ && !values->empty()) MONITORA_TRY(row(message.relations[0], *values));
      return {};
    case Kind::truncate:
      if (!sees_) waiting_ = true;
      for (const std::uint32_t oid : message.relations) {
        const auto found = relations_.find(oid);
        if (found == relations_.end()) return unexpected("a table that was not named");
        if (sees_ && found->second) changed_[found->second->table].all = true;
      }
      return {};
    case Kind::other:
      return {};
  }
  return {};
}

Status ChangedKeys::relation(std::uint32_t oid, std::string_view schema, std::string_view name,
                             std::span<const std::string_view> columns) {
  std::optional<Relation>& known = relations_[oid];
  known.reset();
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    if (tables_[i].schema != schema || tables_[i].name != name) continue;
    const auto key = std::ranges::find(columns, tables_[i].key);
    if (key == columns.end()) return unexpected("a table without its key: " + std::string(name));
    known = Relation{i, static_cast<std::size_t>(key - columns.begin())};
  }
  return {};
}

Status ChangedKeys::row(std::uint32_t oid,
                        std::span<const std::optional<std::string_view>> values) {
  const auto found = relations_.find(oid);
  if (found == relations_.end()) return unexpected("a table that was not named");
  if (!found->second) return {};
  const auto [table, place] = *found->second;
  const auto key =
      place < values.size() && values[place] ? Uuid::parse(*values[place]) : std::nullopt;
  if (!key) return unexpected("a row without its key: " + tables_[table].name);
  Changed& changed = changed_[table];
  if (changed.all) return {};
  changed.keys.insert(*key);
  if (changed.keys.size() > kMostKeys) {
    changed.all = true;
    changed.keys.clear();
  }
  return {};
}

TableChanges ChangedKeys::take(std::size_t i) {
  Changed& changed = changed_[i];
  if (changed.all) return {.all = true, .keys = {}};
  return {.all = false, .keys = {changed.keys.begin(), changed.keys.end()}};
}

}  // namespace monitora::transfer
