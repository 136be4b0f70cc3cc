#include "transfer/plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "transfer/plan_builder.h"

namespace monitora::transfer {
namespace {

Status check_readable(const Catalog& catalog) {
  for (const CatalogRelation& relation : catalog.relations) {
    if (relation.schema != catalog.schema || find_table(relation.name) == nullptr) continue;
    if (relation.readable && !relation.hides_rows) continue;
    const std::string name = relation.schema + "." + relation.name;
    if (!relation.readable)
      return Status(
          Code::unavailable, "source_refused",
          {fmt::format("La table {0} ne peut pas être lue. Connectez-vous comme son propriétaire "
                       "(chez Supabase : postgres), ou : GRANT SELECT ON {0} TO <utilisateur>;",
                       name),
           fmt::format("Table {0} may not be read. Connect as its owner (on Supabase: postgres), "
                       "or: GRANT SELECT ON {0} TO <user>;",
                       name)});
    return Status(
        Code::unavailable, "source_refused",
        {fmt::format("La sécurité par ligne cacherait des lignes de {}. Connectez-vous comme "
                     "propriétaire (chez Supabase : postgres), ou : ALTER ROLE <utilisateur> "
                     "BYPASSRLS;",
                     name),
         fmt::format("Row-level security would hide rows of {}. Connect as its owner (on Supabase: "
                     "postgres), or: ALTER ROLE <user> BYPASSRLS;",
                     name)});
  }
  return {};
}

void name_generation(PlanBuilder& builder) {
  const Catalog& catalog = builder.catalog();
  builder.recognise(catalog.find("app_users") != nullptr ? "monitora" : "supabase");
  const CatalogRelation* logins = catalog.find("auth", "users");
  if (logins != nullptr && (!logins->readable || logins->hides_rows))
    builder.plan().notes.push_back(
        {"auth.users ne peut pas être lue : les personnes viennent de profiles, sans leur mot de "
         "passe. Connectez-vous comme postgres pour les garder.",
         "auth.users may not be read: people come from profiles, without their passwords. Connect "
         "as postgres to keep them."});
}

}  // namespace

Result<Plan> make_plan(const Catalog& catalog) {
  if (catalog.find("workspaces") == nullptr && catalog.find("conversations") == nullptr)
    return Status(Code::invalid_argument, "not_a_source",
                  {fmt::format("Le schéma {} de cette base n'a aucune table de MONITORA "
                               "(workspaces, conversations). Vérifiez --from et --schema.",
                               catalog.schema),
                   fmt::format("Schema {} of this database has no table of MONITORA (workspaces, "
                               "conversations). Check --from and --schema.",
                               catalog.schema)});
  MONITORA_TRY(check_readable(catalog));
  PlanBuilder builder(catalog);
  name_generation(builder);
  plan_people(builder);
  for (const Table& table : tables())
    if (table.name != "app_users" && table.name != "profiles") plan_table(builder, table);
  if (catalog.find("document_chunks") == nullptr) builder.recognise("no document_chunks");
  builder.list_left_behind();
  std::ranges::stable_sort(builder.plan().tables, {},
                           [](const TablePlan& table) { return table.target - tables().data(); });
  return std::move(builder.plan());
}

}  // namespace monitora::transfer
