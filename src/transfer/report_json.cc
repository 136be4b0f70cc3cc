#include <boost/json.hpp>

#include "domain/json_text.h"
#include "transfer/report.h"

namespace monitora::transfer {
namespace {

namespace json = boost::json;

json::object sentence(const Sentence& of) {
  return {{"fr", of.fr}, {"en", of.en}};
}

template <class Range, class Make>
json::array each(const Range& range, const Make& make) {
  json::array out;
  for (const auto& of : range) out.push_back(make(of));
  return out;
}

json::object plan(const Plan& plan) {
  json::object out;
  out["generation"] = each(plan.generation, [](const std::string& of) { return json::value(of); });
  out["tables"] = each(plan.tables, [](const TablePlan& table) {
    json::array columns = each(table.columns, [](const ColumnPlan& column) {
      return json::object{{"column", column.target->name},
                          {"source", column.source},
                          {"conversion", column.conversion}};
    });
    return json::object{{"table", table.target->name},
                        {"source", table.source},
                        {"rows", table.rows},
                        {"bytes", table.bytes},
                        {"columns", std::move(columns)}};
  });
  out["left_behind"] = each(plan.left_behind, [](const LeftBehind& of) {
    return json::object{{"table", of.table},
                        {"column", of.column},
                        {"rows", of.rows},
                        {"known", of.known},
                        {"why", sentence(of.why)}};
  });
  out["notes"] = each(plan.notes, sentence);
  return out;
}

json::object refusal(const Refusal& of) {
  return {{"table", of.table},
          {"rule", of.rule},
          {"column", of.column},
          {"rows", of.rows},
          {"examples", each(of.examples, [](const std::string& key) { return json::value(key); })},
          {"why", sentence(of.why)}};
}

json::object load(const LoadResult& of) {
  return {{"resumed", of.resumed}, {"tables", each(of.tables, [](const LoadedTable& table) {
                                      return json::object{{"table", table.name},
                                                          {"loaded", table.loaded},
                                                          {"earlier", table.earlier},
                                                          {"updated", table.updated},
                                                          {"deleted", table.deleted}};
                                    })}};
}

json::object figures(const ColumnFigures& of) {
  return {{"nulls", of.nulls}, {"minimum", of.minimum}, {"maximum", of.maximum}, {"sum", of.sum}};
}

json::object compared(const ComparedTable& table) {
  json::array columns;
  for (std::size_t i = 0; i < table.source_figures.size() && i < table.target_figures.size(); ++i)
    columns.push_back(json::object{{"column", table.source_figures[i].name},
                                   {"source", figures(table.source_figures[i])},
                                   {"target", figures(table.target_figures[i])}});
  return {{"table", table.name},
          {"source_rows", table.source_rows},
          {"target_rows", table.target_rows},
          {"compared", table.compared},
          {"source_hash", table.source_hash},
          {"target_hash", table.target_hash},
          {"differences", table.differences},
          {"columns", std::move(columns)}};
}

json::object validation(const Validation& of) {
  json::object out;
  out["sampled"] = of.sampled;
  out["difference_count"] = of.difference_count;
  out["at_least"] = of.at_least;
  out["notes"] = each(of.notes, sentence);
  out["tables"] = each(of.tables, compared);
  out["checks"] = each(of.checks, [](const Check& check) {
    return json::object{{"what", sentence(check.what)},
                        {"source", check.source},
                        {"target", check.target},
                        {"differences", check.differences}};
  });
  out["differences"] = each(of.differences, [](const Difference& difference) {
    return json::object{{"table", difference.table},   {"kind", difference.kind},
                        {"key", difference.key},       {"column", difference.column},
                        {"source", difference.source}, {"target", difference.target}};
  });
  return out;
}

}  // namespace

std::string to_json(const Report& report) {
  json::object out{{"command", report.command},
                   {"source", report.source},
                   {"target", report.target},
                   {"started", format_time(report.started)},
                   {"ended", format_time(report.ended)},
                   {"result", report.error      ? "failed"
                              : differs(report) ? "differences"
                                                : "done"}};
  if (report.error) out["error"] = sentence(*report.error);
  if (report.plan) out["plan"] = plan(*report.plan);
  out["refusals"] = each(report.refusals, refusal);
  if (report.load) out["load"] = load(*report.load);
  out["steps"] = each(report.steps, sentence);
  if (report.validation) out["validation"] = validation(*report.validation);
  return json_text(out);
}

}  // namespace monitora::transfer
