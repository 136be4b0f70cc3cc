#include "storage/query.h"
#include "storage/stores.h"
#include "storage/workspace_rows.h"

namespace monitora::storage {
namespace {

using sql::Connection;
using sql::p;
using sql::Row;

Status member_absent() {
  return Status::not_found("member_not_found");
}

Status already_member() {
  return Status(Code::conflict, "already_member",
                {"Cette personne est déjà membre ou invitée.",
                 "This person already is a member or invited."});
}

Status owner_is_admin() {
  return Status(Code::conflict, "owner_is_admin",
                {"Le propriétaire de l'espace en reste toujours administrateur.",
                 "The owner of the workspace always stays its administrator."});
}

Status lecteur_only() {
  return Status::invalid("role", {"Ce compte est un compte lecteur : il ne peut être que lecteur.",
                                  "This is a lecteur account: it can only be a lecteur."});
}

// Someone who may become or is a member.
struct Person {
  Member member;
  UserRole own_role = UserRole::lecteur;
};

constexpr std::string_view kMembers =
    "SELECT u.id, u.email, u.full_name, 'admin' AS role, w.created_at AS since, 1 AS part "
    "FROM workspaces w JOIN app_users u ON u.id = w.user_id WHERE w.id = ? "
    "UNION ALL SELECT u.id, u.email, u.full_name, m.role, m.invited_at, 2 "
    "FROM workspace_members m JOIN workspaces w ON w.id = m.workspace_id AND w.user_id <> "
    "m.user_id "
    "JOIN app_users u ON u.id = m.user_id WHERE m.workspace_id = ? "
    "UNION ALL SELECT NULL, i.email, NULL, i.role, i.invited_at, 3 "
    "FROM workspace_invitations i WHERE i.workspace_id = ? "
    "ORDER BY part, since, email";

class SqlMemberStore final : public MemberStore {
 public:
  SqlMemberStore(sql::Pool& pool, const Clock& clock) : pool_(pool), clock_(clock) {}

  Result<std::vector<Member>> list(const WorkspaceId& workspace) override {
    std::vector<Member> found;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) {
      return connection.query(
          kMembers, {p(workspace), p(workspace), p(workspace)}, [&](const Row& row) {
            Member member;
            member.user_id = UserId(row.uuid(0));
            member.email = row.text(1);
            member.full_name = row.text(2);
            member.role = parse_user_role(row.text(3)).value_or(UserRole::lecteur);
            member.invited_at = row.time(4);
            member.is_owner = row.integer(5) == 1;
            found.push_back(std::move(member));
            return Status();
          });
    }));
    if (found.empty()) return workspace_absent();
    return found;
  }

  Result<Member> invite(const WorkspaceId& workspace, const std::string& email,
                        UserRole role) override {
    Member invited;
    MONITORA_TRY(pool_.transact([&](Connection& connection) -> Status {
      MONITORA_ASSIGN(const UserId owner, owner_of(connection, workspace));
      MONITORA_ASSIGN(const std::optional<Person> person,
                      find_person(connection, "u.email = ?", p(email)));
      invited = person ? person->member : Member{UserId(), email, {}, role, false, {}};
      invited.role = role;
      invited.invited_at = clock_.now();
      if (person && person->member.user_id == owner) return already_member();
      if (person && person->own_role == UserRole::lecteur && role == UserRole::admin)
        return lecteur_only();
      const Status status = person ? insert_member(connection, workspace, invited)
                                   : insert_invitation(connection, workspace, invited);
      return status.key() == "unique_violation" ? already_member() : status;
    }));
    return invited;
  }

  Result<Member> set_role(const WorkspaceId& workspace, const UserId& user,
                          UserRole role) override {
    std::optional<Member> changed;
    MONITORA_TRY(pool_.transact([&](Connection& connection) -> Status {
      MONITORA_ASSIGN(const UserId owner, owner_of(connection, workspace));
      if (user == owner) return owner_is_admin();
      MONITORA_ASSIGN(const std::optional<Person> person, find_member(connection, workspace, user));
      if (!person) return member_absent();
      if (person->own_role == UserRole::lecteur && role == UserRole::admin) return lecteur_only();
      changed = person->member;
      changed->role = role;
      return connection
          .execute("UPDATE workspace_members SET role = ? WHERE workspace_id = ? AND user_id = ?",
                   {p(to_string(role)), p(workspace), p(user)})
          .status();
    }));
    return std::move(*changed);
  }

  Status remove(const WorkspaceId& workspace, const UserId& user) override {
    return pool_.transact([&](Connection& connection) -> Status {
      MONITORA_ASSIGN(const UserId owner, owner_of(connection, workspace));
      if (user == owner) return owner_is_admin();
      MONITORA_ASSIGN(
          const auto rows,
          connection.execute("DELETE FROM workspace_members WHERE workspace_id = ? AND user_id = ?",
                             {p(workspace), p(user)}));
      return rows == 0 ? member_absent() : Status();
    });
  }

  Status withdraw(const WorkspaceId& workspace, const std::string& email) override {
    return pool_.transact([&](Connection& connection) -> Status {
      MONITORA_ASSIGN(const auto rows,
                      connection.execute(
                          "DELETE FROM workspace_invitations WHERE workspace_id = ? AND email = ?",
                          {p(workspace), p(email)}));
      return rows == 0 ? member_absent() : Status();
    });
  }

  Result<std::optional<UserRole>> invited_role(const std::string& email) override {
    std::optional<UserRole> strongest;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) {
      // 'admin' comes before 'lecteur'.
      return connection.query("SELECT MIN(role) FROM workspace_invitations WHERE email = ?",
                              {p(email)}, [&](const Row& row) {
                                strongest = parse_user_role(row.text(0));
                                return Status();
                              });
    }));
    return strongest;
  }

 private:
  static Result<UserId> owner_of(Connection& connection, const WorkspaceId& workspace) {
    return required(query_one(connection, "SELECT user_id FROM workspaces WHERE id = ?",
                              {p(workspace)}, [](const Row& row) { return UserId(row.uuid(0)); }),
                    workspace_absent());
  }

  static Person read_person(const Row& row) {
    Person person;
    person.member.user_id = UserId(row.uuid(0));
    person.member.email = row.text(1);
    person.member.full_name = row.text(2);
    person.own_role = parse_user_role(row.text(3)).value_or(UserRole::lecteur);
    return person;
  }

  static Result<std::optional<Person>> find_person(Connection& connection,
                                                   std::string_view condition, sql::Param value) {
    return query_one(connection,
                     "SELECT u.id, u.email, u.full_name, u.role FROM app_users u WHERE " +
                         std::string(condition),
                     {value}, read_person);
  }

  static Result<std::optional<Person>> find_member(Connection& connection,
                                                   const WorkspaceId& workspace,
                                                   const UserId& user) {
    return query_one(
        connection,
        "SELECT u.id, u.email, u.full_name, u.role, m.invited_at FROM workspace_members m "
        "JOIN app_users u ON u.id = m.user_id WHERE m.workspace_id = ? AND m.user_id = ?",
        {p(workspace), p(user)}, [](const Row& row) {
          Person person = read_person(row);
          person.member.invited_at = row.time(4);
          return person;
        });
  }

  static Status insert_member(Connection& connection, const WorkspaceId& workspace,
                              const Member& member) {
    return connection
        .execute(
            "INSERT INTO workspace_members (workspace_id, user_id, role, invited_at) VALUES (?, ?, "
            "?, ?)",
            {p(workspace), p(member.user_id), p(to_string(member.role)), p(member.invited_at)})
        .status();
  }

  static Status insert_invitation(Connection& connection, const WorkspaceId& workspace,
                                  const Member& member) {
    return connection
        .execute(
            "INSERT INTO workspace_invitations (workspace_id, email, role, invited_at) VALUES (?, "
            "?, ?, ?)",
            {p(workspace), p(member.email), p(to_string(member.role)), p(member.invited_at)})
        .status();
  }

  sql::Pool& pool_;
  const Clock& clock_;
};

}  // namespace

std::unique_ptr<MemberStore> make_member_store(sql::Pool& pool, const Clock& clock) {
  return std::make_unique<SqlMemberStore>(pool, clock);
}

}  // namespace monitora::storage
