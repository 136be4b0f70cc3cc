// `monitora migrate sync`: passes until one finds nothing that changed. With the writers stopped
// the two sides then agree.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "apps/migration.h"

namespace monitora::apps {
namespace {

using namespace std::chrono_literals;

// Passes by the log begin no closer than this: one that finds nothing has waited so long for it.
constexpr auto kBetween = 500ms;

const Sentence& never_seen() {
  static const Sentence sentence{
      "Ne sont pas vus : un fichier remplacé dans le bucket sous le même nom, et ce qui a été "
      "changé "
      "dans la cible (validate le trouve).",
      "Not seen: a file replaced in the bucket under its name, and what was changed in the target "
      "(validate finds that)."};
  return sentence;
}

Sentence compares(const Sentence& why) {
  return {
      fmt::format("Changements lus par versions de lignes (xmin) et comparaison des clés{} : "
                  "ajouts, modifications et suppressions sont vus. {}",
                  why.fr, never_seen().fr),
      fmt::format("Changes are read by row versions (xmin) and by comparing keys{}: insertions, "
                  "updates and deletions are seen. {}",
                  why.en, never_seen().en)};
}

}  // namespace

// The whole source was judged by run(); a changed row that the target refuses ends the pass that
// reads it.
Status Migration::sync() {
  MONITORA_TRY(open_source_and_plan(options_.once));
  MONITORA_TRY(strict());
  MONITORA_TRY(open_target_and_models());
  if (options_.once) {
    say(compares({}));
  } else {
    follow_changes();
    MONITORA_TRY(open_source_and_plan());  // of a time when changes were already followed
  }
  bool agree = false;
  for (int pass = 1;; ++pass) {
    const auto began = std::chrono::steady_clock::now();
    if (pass > 1 && changes_) {
      MONITORA_TRY(pass_by_log(agree));
    } else {
      if (pass > 1) MONITORA_TRY(open_source_and_plan());  // a new snapshot
      MONITORA_TRY(load(*source_));
      agree = report_.load->changes(*report_.plan) == 0;
    }
    const std::int64_t changes = report_.load->changes(*report_.plan);
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    say({fmt::format("Passe {} : {} changements en {:.1f} s.", pass, changes, seconds),
         fmt::format("Pass {}: {} changes in {:.1f} s.", pass, changes, seconds)});
    if (agree || options_.once) break;
    if (changes_) std::this_thread::sleep_until(began + kBetween);
  }
  changes_.reset();
  if (agree) report_.steps.push_back({"Les deux côtés sont d'accord.", "The two sides agree."});
  return finish();
}

void Migration::follow_changes() {
  Status status;
  Result<transfer::PostgresSourceOptions> options = source_options(options_);
  status = options.status();
  if (status.ok()) {
    auto opened = transfer::SourceChanges::open(*options, *source_);
    status = opened.status();
    if (status.ok()) changes_ = std::move(*opened);
  }
  if (!status.ok())
    return say(compares({fmt::format(", sans réplication logique : {}", status.sentence().fr),
                         fmt::format(", without logical replication: {}", status.sentence().en)}));
  const std::string followed = changes_->followed(), compared = changes_->compared();
  say({fmt::format("Changements lus par réplication logique (pgoutput ; un slot temporaire, une "
                   "publication retirée à la fin) : {}. Par versions de lignes (xmin) et "
                   "comparaison des clés, comme la première passe : {}. {}",
                   followed, compared, never_seen().fr),
       fmt::format("Changes are read by logical replication (pgoutput; a temporary slot, a "
                   "publication that is dropped at the end): {}. By row versions (xmin) and by "
                   "comparing keys, as the first pass: {}. {}",
                   followed, compared, never_seen().en)});
}

// What the log cannot give, whatever the reason, comparing gives, or says what is wrong.
Status Migration::pass_by_log(bool& agree) {
  const Status status = load_changes(agree);
  if (status.ok()) return {};
  changes_.reset();
  agree = false;
  say({fmt::format("La réplication logique ne suffit plus, on compare : {}", status.sentence().fr),
       fmt::format("Logical replication is not enough any more, comparing: {}",
                   status.sentence().en)});
  MONITORA_TRY(open_source_and_plan());
  MONITORA_TRY(load(*source_));
  agree = report_.load->changes(*report_.plan) == 0;
  return {};
}

Status Migration::load_changes(bool& agree) {
  source_.reset();
  MONITORA_ASSIGN(source_, open_source(options_, false));
  MONITORA_ASSIGN(const transfer::SourceChanges::Changes changes, changes_->read(*source_));
  const auto count = [&](bool compared) -> Status {
    for (std::size_t i = 0; i < changes.tables.size(); ++i)
      if (changes.tables[i].all == compared) MONITORA_TRY(source_->count(i));
    return {};
  };
  MONITORA_TRY(count(true));
  MONITORA_TRY(load(*source_, &changes.tables));
  MONITORA_TRY(changes_->advance());
  agree = changes.complete && report_.load->changes(source_->plan()) == 0;
  if (agree) {
    MONITORA_TRY(count(false));
    MONITORA_ASSIGN(const bool same, transfer::same_counts(*target_->pool, source_->plan()));
    if (!same)
      return Status(Code::conflict, "counts_differ",
                    {"une table n'a pas autant de lignes des deux côtés",
                     "a table has not as many rows on both sides"});
  }
  source_.reset();  // its snapshot is over
  return {};
}

}  // namespace monitora::apps
