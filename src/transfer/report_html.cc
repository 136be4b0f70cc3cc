#include <fmt/format.h>

#include "transfer/report_style.h"
#include "transfer/report_words.h"

namespace monitora::transfer {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (c == '\'')
      out += "&#39;";
    else
      out += c;
  }
  return out;
}

// A word beside the sign: colour and shape alone tell nobody who prints in grey or listens.
std::string mark(bool good, const Words& say) {
  return good ? fmt::format("<span class=\"mark good\">✓ <span>{}</span></span>",
                            say("identique", "same"))
              : fmt::format("<span class=\"mark bad\">✗ <span>{}</span></span>",
                            say("différent", "different"));
}

class Page {
 public:
  Page(const Report& report, std::string_view language) : report_(report), say_(language) {}

  std::string html() {
    head();
    if (report_.validation) {
      comparison(*report_.validation);
      differences(*report_.validation);
    }
    refusals();
    if (report_.load) load(*report_.load);
    sentences(say_("Fait", "Done"), report_.steps);
    if (report_.plan) plan(*report_.plan);
    if (report_.validation) columns(*report_.validation);
    out_ += "</main></body></html>\n";
    return std::move(out_);
  }

 private:
  template <class... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }
  // `columns`: names; those that begin with # are of numbers.
  void begin_table(std::initializer_list<std::string> names, const char* kind = "") {
    add("<div class=\"wide\"><table class=\"{}\"><thead><tr>", kind);
    for (const std::string& name : names)
      if (name.starts_with('#'))
        add("<th scope=\"col\" class=\"n\">{}</th>", escaped(name.substr(1)));
      else
        add("<th scope=\"col\">{}</th>", escaped(name));
    out_ += "</tr></thead><tbody>\n";
  }
  void end_table() { out_ += "</tbody></table></div>\n"; }
  void heading(const std::string& text) { add("<h2>{}</h2>\n", escaped(text)); }
  void number(std::int64_t value) { add("<td class=\"n\">{}</td>", say_.number(value)); }
  void cell(std::string_view text) { add("<td>{}</td>", escaped(text)); }
  void code(std::string_view text) { add("<td><code>{}</code></td>", escaped(text)); }

  void head() {
    const std::string title =
        fmt::format("MONITORA · {} {}", say_("rapport", "report"), report_.command);
    add("<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
        "<meta name=\"color-scheme\" content=\"light dark\">"
        "<title>{}</title><style>{}</style></head><body><main>\n",
        say_.french() ? "fr" : "en", escaped(title), kReportStyle);
    add("<header><p class=\"brand\">MONITORA</p><h1>{} <code>{}</code></h1>\n",
        say_("Rapport de migration :", "Migration report:"), escaped(report_.command));
    verdict();
    out_ += "<dl>";
    fact(say_("Source", "Source"), report_.source);
    fact(say_("Cible", "Target"), report_.target);
    fact(say_("Début", "Started"), say_.time(report_.started));
    fact(say_("Durée", "Took"), say_.duration(report_.started, report_.ended));
    out_ += "</dl></header>\n";
  }
  void fact(const char* name, const std::string& value) {
    if (!value.empty()) add("<div><dt>{}</dt><dd>{}</dd></div>", name, escaped(value));
  }

  void verdict() {
    if (report_.error) {
      add("<p class=\"verdict bad\"><strong>✗ {}</strong></p>\n", escaped(say_(*report_.error)));
    } else if (report_.validation) {
      const Validation& of = *report_.validation;
      const bool good = of.difference_count == 0;
      add("<p class=\"verdict {}\"><strong>{} {}</strong> {}</p>\n", good ? "good" : "bad",
          good ? "✓" : "✗",
          good ? say_("Les deux côtés sont identiques.", "Both sides are the same.")
               : escaped(say_.differences(of.difference_count, of.at_least)),
          of.sampled ? say_("(sur un échantillon)", "(on a sample)") : "");
    } else if (!report_.refusals.empty()) {
      std::int64_t rows = 0;
      for (const Refusal& refusal : report_.refusals) rows += refusal.rows;
      add("<p class=\"verdict bad\"><strong>✗ {}</strong></p>\n",
          fmt::format(fmt::runtime(say_("{} valeurs seraient refusées par la cible",
                                        "{} values would be refused by the target")),
                      say_.number(rows)));
    }
  }

  void comparison(const Validation& of) {
    heading(say_("Comparaison", "Comparison"));
    begin_table({say_("Table", "Table"), say_("Résultat", "Result"), say_("#Source", "#Source"),
                 say_("#Cible", "#Target"), say_("#Comparées", "#Compared"),
                 say_("#Différences", "#Differences"),
                 say_("Empreinte de la source", "Source's hash")});
    for (const ComparedTable& table : of.tables) {
      add("<tr><th scope=\"row\">{}</th><td>{}</td>", escaped(table.name),
          mark(table.differences == 0, say_));
      number(table.source_rows);
      number(table.target_rows);
      number(table.compared);
      number(table.differences);
      add("<td><code class=\"hash\">{}</code></td></tr>\n",
          escaped(table.source_hash.substr(0, 16)));
    }
    end_table();
    begin_table({say_("Vérification", "Check"), say_("Résultat", "Result"),
                 say_("#Source", "#Source"), say_("#Cible", "#Target"),
                 say_("#Différences", "#Differences")});
    for (const Check& check : of.checks) {
      add("<tr><th scope=\"row\">{}</th><td>{}</td>", escaped(say_(check.what)),
          mark(check.differences == 0, say_));
      add("<td class=\"n\">{}</td><td class=\"n\">{}</td>", escaped(say_.figure(check.source)),
          escaped(say_.figure(check.target)));
      number(check.differences);
      out_ += "</tr>\n";
    }
    end_table();
    sentences(say_("À savoir", "To know"), of.notes);
  }

  void differences(const Validation& of) {
    if (of.differences.empty()) return;
    heading(say_("Différences", "Differences"));
    if (of.difference_count > static_cast<std::int64_t>(of.differences.size()) || of.at_least)
      add("<p>{}</p>",
          fmt::format(fmt::runtime(say_("Les {} premières, sur {}.", "The first {}, of {}.")),
                      say_.number(static_cast<std::int64_t>(of.differences.size())),
                      say_.differences(of.difference_count, of.at_least)));
    begin_table({say_("Table", "Table"), say_("Différence", "Difference"), say_("Clé", "Key"),
                 say_("Colonne", "Column"), say_("Source", "Source"), say_("Cible", "Target")},
                "differences");
    for (const Difference& d : of.differences) {
      add("<tr><th scope=\"row\">{}</th>", escaped(d.table));
      cell(say_.kind(d.kind));
      code(d.key);
      cell(d.column);
      code(d.source);
      code(d.target);
      out_ += "</tr>\n";
    }
    end_table();
  }

  void refusals() {
    if (report_.refusals.empty()) return;
    heading(say_("Lignes que la cible refuserait", "Rows that the target would refuse"));
    begin_table({say_("Table", "Table"), say_("Colonne", "Column"), say_("Règle", "Rule"),
                 say_("#Lignes", "#Rows"), say_("Pourquoi, et que faire", "Why, and what to do"),
                 say_("Exemples", "Examples")});
    for (const Refusal& of : report_.refusals) {
      add("<tr><th scope=\"row\">{}</th>", escaped(of.table));
      cell(of.column);
      code(of.rule);
      number(of.rows);
      cell(say_(of.why));
      out_ += "<td>";
      for (const std::string& key : of.examples)
        add("<code class=\"line\">{}</code>", escaped(key));
      out_ += "</td></tr>\n";
    }
    end_table();
  }

  void load(const LoadResult& load) {
    heading(load.resumed ? say_("Chargement (repris)", "Load (resumed)")
                         : say_("Chargement", "Load"));
    begin_table({say_("Table", "Table"), say_("#Chargées", "#Loaded"), say_("#Déjà là", "#Before"),
                 say_("#Mises à jour", "#Updated"), say_("#Supprimées", "#Deleted")});
    for (const LoadedTable& table : load.tables) {
      add("<tr><th scope=\"row\">{}</th>", escaped(table.name));
      number(table.loaded);
      number(table.earlier);
      number(table.updated);
      number(table.deleted);
      out_ += "</tr>\n";
    }
    end_table();
  }

  void sentences(const std::string& title, const std::vector<Sentence>& sentences) {
    if (sentences.empty()) return;
    add("<h3>{}</h3><ul>", escaped(title));
    for (const Sentence& sentence : sentences) add("<li>{}</li>", escaped(say_(sentence)));
    out_ += "</ul>\n";
  }

  void plan(const Plan& plan) {
    heading(say_("Plan", "Plan"));
    out_ += "<p>";
    for (const std::string& of : plan.generation)
      add("<code class=\"tag\">{}</code> ", escaped(of));
    out_ += "</p>\n";
    begin_table({say_("Table", "Table"), say_("Vient de", "Comes from"), say_("#Lignes", "#Rows"),
                 say_("#Taille", "#Size"), say_("Converti", "Converted")});
    for (const TablePlan& table : plan.tables) {
      add("<tr><th scope=\"row\">{}</th>", escaped(table.target->name));
      code(table.source);
      number(table.rows);
      add("<td class=\"n\">{}</td><td>", escaped(say_.bytes(table.bytes)));
      for (const ColumnPlan& column : table.columns)
        if (!column.conversion.empty())
          add("<span class=\"line\"><code>{}</code> {}</span>", escaped(column.target->name),
              escaped(column.conversion));
      out_ += "</td></tr>\n";
    }
    end_table();
    left_behind(plan);
    sentences(say_("À savoir avant la bascule", "To know before the switch"), plan.notes);
  }

  void left_behind(const Plan& plan) {
    if (plan.left_behind.empty()) return;
    add("<h3>{}</h3>", say_("Laissé de côté", "Left behind"));
    begin_table({say_("Table ou colonne", "Table or column"), say_("#Lignes", "#Rows"),
                 say_("Pourquoi", "Why")});
    for (const LeftBehind& of : plan.left_behind) {
      add("<tr><th scope=\"row\">{}{}{}</th>", escaped(of.table), of.column.empty() ? "" : ".",
          escaped(of.column));
      number(of.rows);
      add("<td>{}{}</td></tr>\n",
          of.known ? ""
                   : fmt::format("<span class=\"mark bad\">! <span>{}</span></span> ",
                                 say_("inconnu", "unknown")),
          escaped(say_(of.why)));
    }
    end_table();
  }

  // Every column's figures, folded away.
  void columns(const Validation& of) {
    heading(say_("Chiffres par colonne", "Figures by column"));
    for (const ComparedTable& table : of.tables) {
      if (table.source_figures.empty()) continue;
      add("<details><summary>{}</summary>", escaped(table.name));
      begin_table({say_("Colonne", "Column"), "", "#NULL", say_("Minimum", "Minimum"),
                   say_("Maximum", "Maximum"), say_("Somme", "Sum")});
      for (std::size_t i = 0; i < table.source_figures.size(); ++i)
        figures(table.source_figures[i], table.target_figures[i]);
      end_table();
      out_ += "</details>\n";
    }
  }
  void figures(const ColumnFigures& source, const ColumnFigures& target) {
    const bool same = source.nulls == target.nulls && source.minimum == target.minimum &&
                      source.maximum == target.maximum && source.sum == target.sum;
    figures_row(source, same ? say_("les deux", "both") : say_("source", "source"));
    if (!same) figures_row(target, say_("cible", "target"));
  }
  void figures_row(const ColumnFigures& of, const char* side) {
    add("<tr><th scope=\"row\">{}</th><td>{}</td><td class=\"n\">{}</td>", escaped(of.name), side,
        say_.number(of.nulls));
    code(of.minimum);
    code(of.maximum);
    code(of.sum);
    out_ += "</tr>\n";
  }

  const Report& report_;
  Words say_;
  std::string out_;
};

}  // namespace

std::string to_html(const Report& report, std::string_view language) {
  return Page(report, language).html();
}

}  // namespace monitora::transfer
