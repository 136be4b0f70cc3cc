#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "transfer/report_words.h"

namespace monitora::transfer {
namespace {

constexpr std::size_t kMostLines = 20;  // of refusals and differences; the page has them all

// Columns side by side; those of numbers end at the same place.
class TextTable {
 public:
  explicit TextTable(std::string right) : right_(std::move(right)) {}  // 'r' or 'l' a column
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

  std::string text() const {
    std::vector<std::size_t> widths(right_.size());
    for (const auto& row : rows_)
      for (std::size_t i = 0; i < row.size(); ++i)
        widths[i] = std::max(widths[i], count_characters(row[i]));
    std::string out;
    for (const auto& row : rows_) {
      std::string line;
      for (std::size_t i = 0; i < row.size(); ++i) {
        const std::string gap(widths[i] - count_characters(row[i]), ' ');
        line += (i == 0 ? "  " : "  ") + (right_[i] == 'r' ? gap + row[i] : row[i] + gap);
      }
      out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    }
    return out;
  }

 private:
  std::string right_;
  std::vector<std::vector<std::string>> rows_;
};

class TextReport {
 public:
  TextReport(const Report& report, std::string_view language) : report_(report), say_(language) {}

  std::string text() {
    if (report_.plan) plan(*report_.plan);
    refusals();
    if (report_.load) load(*report_.load);
    list("", report_.steps);
    if (report_.validation) validation(*report_.validation);
    return std::move(out_);
  }

 private:
  void title(const std::string& text) {
    if (!out_.empty()) out_ += "\n";
    out_ += text + "\n";
  }
  void list(const std::string& heading, const std::vector<Sentence>& sentences) {
    if (sentences.empty()) return;
    title(heading.empty() ? say_("Fait", "Done") : heading);
    for (const Sentence& sentence : sentences) out_ += "  - " + say_(sentence) + "\n";
  }
  void more(std::size_t all) {
    if (all > kMostLines)
      out_ += fmt::format(
          fmt::runtime(say_("  … et {} autres (report.html)\n", "  … and {} more (report.html)\n")),
          all - kMostLines);
  }

  void plan(const Plan& plan) {
    std::string generation;
    for (const std::string& of : plan.generation)
      generation += (generation.empty() ? "" : ", ") + of;
    title(fmt::format("{} ({})", say_("Tables à migrer", "Tables to migrate"), generation));
    TextTable table("lrrl");
    table.add({say_("table", "table"), say_("lignes", "rows"), say_("taille", "size"),
               say_("source", "source")});
    for (const TablePlan& of : plan.tables)
      table.add(
          {std::string(of.target->name), say_.number(of.rows), say_.bytes(of.bytes), of.source});
    out_ += table.text();
    conversions(plan);
    left_behind(plan);
    list(say_("À savoir", "To know"), plan.notes);
  }

  void conversions(const Plan& plan) {
    TextTable table("lll");
    for (const TablePlan& of : plan.tables)
      for (const ColumnPlan& column : of.columns)
        if (!column.conversion.empty())
          table.add({fmt::format("{}.{}", of.target->name, column.target->name), column.source,
                     column.conversion});
    const std::string text = table.text();
    if (text.empty()) return;
    title(say_("Conversions", "Conversions"));
    out_ += text;
  }

  void left_behind(const Plan& plan) {
    if (plan.left_behind.empty()) return;
    title(say_("Laissé de côté", "Left behind"));
    TextTable table("lrll");
    for (const LeftBehind& of : plan.left_behind)
      table.add({of.column.empty() ? of.table : of.table + "." + of.column, say_.number(of.rows),
                 of.known ? "" : say_("inconnu", "unknown"), say_(of.why)});
    out_ += table.text();
  }

  void refusals() {
    if (report_.refusals.empty()) return;
    title(say_("Lignes que la cible refuserait", "Rows that the target would refuse"));
    const std::size_t shown = std::min(kMostLines, report_.refusals.size());
    for (std::size_t i = 0; i < shown; ++i) {
      const Refusal& of = report_.refusals[i];
      out_ +=
          fmt::format("  ✗ {}{}{} [{}] : {} {}\n    {}\n", of.table, of.column.empty() ? "" : ".",
                      of.column, of.rule, say_.number(of.rows),
                      of.rows == 1 ? say_("ligne", "row") : say_("lignes", "rows"), say_(of.why));
      for (std::size_t k = 0; k < std::min<std::size_t>(3, of.examples.size()); ++k)
        out_ += "      " + of.examples[k] + "\n";
    }
    more(report_.refusals.size());
  }

  void load(const LoadResult& load) {
    title(load.resumed ? say_("Chargement (repris)", "Load (resumed)")
                       : say_("Chargement", "Load"));
    TextTable table("lrrrr");
    table.add({say_("table", "table"), say_("chargées", "loaded"), say_("déjà là", "before"),
               say_("mises à jour", "updated"), say_("supprimées", "deleted")});
    for (const LoadedTable& of : load.tables)
      table.add({of.name, say_.number(of.loaded), say_.number(of.earlier), say_.number(of.updated),
                 say_.number(of.deleted)});
    out_ += table.text();
  }

  std::string mark(std::int64_t differences) const { return differences == 0 ? "✓" : "✗"; }

  void validation(const Validation& of) {
    title(of.sampled ? say_("Comparaison (échantillon)", "Comparison (sample)")
                     : say_("Comparaison", "Comparison"));
    TextTable tables("llrrrr");
    tables.add({" ", say_("table", "table"), say_("source", "source"), say_("cible", "target"),
                say_("comparées", "compared"), say_("différences", "differences")});
    for (const ComparedTable& table : of.tables)
      tables.add({mark(table.differences), table.name, say_.number(table.source_rows),
                  say_.number(table.target_rows), say_.number(table.compared),
                  say_.number(table.differences)});
    out_ += tables.text() + "\n";
    TextTable checks("llrr");
    for (const Check& check : of.checks)
      checks.add({mark(check.differences), say_(check.what), say_.figure(check.source),
                  say_.figure(check.target)});
    out_ += checks.text();
    list(say_("À savoir", "To know"), of.notes);
    differences(of);
    out_ += fmt::format("\n{} {}\n", mark(of.difference_count),
                        say_.differences(of.difference_count, of.at_least));
  }

  void differences(const Validation& of) {
    if (of.differences.empty()) return;
    title(say_("Différences", "Differences"));
    const std::size_t shown = std::min(kMostLines, of.differences.size());
    for (std::size_t i = 0; i < shown; ++i) {
      const Difference& d = of.differences[i];
      out_ += fmt::format("  ✗ {}{}{} {} : {}\n", d.table, d.column.empty() ? "" : ".", d.column,
                          d.key, say_.kind(d.kind));
      if (d.source.empty() && d.target.empty()) continue;
      out_ += fmt::format("      {} {}\n      {} {}\n", say_("source", "source"), d.source,
                          say_("cible ", "target"), d.target);
    }
    more(of.differences.size());
  }

  const Report& report_;
  Words say_;
  std::string out_;
};

}  // namespace

std::string to_text(const Report& report, std::string_view language) {
  return TextReport(report, language).text();
}

}  // namespace monitora::transfer
