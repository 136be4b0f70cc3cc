#include "ingest/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <stop_token>
#include <utility>

#include "base/deadline.h"

namespace monitora::ingest {
namespace {

using SteadyClock = Deadline::SteadyClock;

class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  ~Fd() { reset(); }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  void reset(int fd = -1) {
    if (fd_ >= 0) close(fd_);
    fd_ = fd;
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

Status system_error(std::string_view what, int error) {
  return Status::internal(std::string(what) + ": " + std::strerror(error));
}

// posix_spawn's two argument objects.
class SpawnPlan {
 public:
  SpawnPlan(int input, int output) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
    posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  int spawn(pid_t& pid, const char* program, char* const* argv) {
    char* const environment[] = {nullptr};
    return posix_spawn(&pid, program, &actions_, &attributes_, argv, environment);
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

// Kills the group and reaps its leader. The leader is not reaped before the kill, so that its
// number cannot have been given to somebody else.
int end_group(pid_t leader) {
  kill(-leader, SIGKILL);
  int status = 0;
  while (waitpid(leader, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

Status out_of_time(const Deadline& deadline) {
  if (deadline.stop().stop_requested()) return Status::cancelled();
  return Status(Code::deadline_exceeded, "deadline_exceeded",
                {"La lecture du document a pris trop de temps. Réessayez dans un moment.",
                 "Reading the document took too long. Try again in a moment."});
}

enum class Waited { output, over, wall, deadline };

// Until there is something to read, or until `wall`, the deadline or its stop.
Waited wait_for(int output, int stop_event, SteadyClock::time_point wall,
                const Deadline& deadline) {
  while (true) {
    if (deadline.expired()) return Waited::deadline;
    const auto now = SteadyClock::now();
    if (now >= wall) return Waited::wall;
    const auto until = std::min(wall, deadline.at());
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now).count();
    std::array<pollfd, 2> fds = {pollfd{output, POLLIN, 0}, pollfd{stop_event, POLLIN, 0}};
    const int ready =
        poll(fds.data(), fds.size(), static_cast<int>(std::min<std::int64_t>(left, 60'000)));
    if (ready > 0 && fds[0].revents != 0) return Waited::output;
  }
}

}  // namespace

Result<ChildRun> run_child(const std::filesystem::path& program,
                           const std::vector<std::string>& arguments,
                           const std::filesystem::path& input, std::chrono::milliseconds wall,
                           std::uint64_t output_bytes) {
  const Deadline& deadline = Deadline::current();
  const auto wall_end = SteadyClock::now() + wall;
  const Fd file(open(input.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0)
    return errno == ENOENT ? Status::not_found() : system_error("open input", errno);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return system_error("pipe", errno);
  const Fd output(ends[0]);
  Fd child_output(ends[1]);
  const Fd stop_event(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (stop_event.get() < 0) return system_error("eventfd", errno);

  std::vector<std::string> words = {program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t pid = 0;
  if (const int error =
          SpawnPlan(file.get(), child_output.get()).spawn(pid, program.c_str(), argv.data())) {
    return system_error("posix_spawn", error);
  }
  child_output.reset();

  const std::stop_callback wake(deadline.stop(), [&] { eventfd_write(stop_event.get(), 1); });
  ChildRun run;
  std::optional<ChildRun::End> cut;
  std::array<char, 65'536> piece;
  while (true) {
    const Waited waited = wait_for(output.get(), stop_event.get(), wall_end, deadline);
    if (waited == Waited::deadline) {
      end_group(pid);
      return out_of_time(deadline);
    }
    if (waited == Waited::wall) {
      cut = ChildRun::End::wall_limit;
      break;
    }
    const ssize_t got = read(output.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    run.output.append(piece.data(), static_cast<std::size_t>(got));
    if (run.output.size() > output_bytes) {
      cut = ChildRun::End::output_limit;
      break;
    }
  }
  // The end of its output is the end of the child: its status is set before its pipe closes, so
  // that the kill changes nothing, unless the child only closed the pipe and runs on.
  const int status = end_group(pid);
  if (cut) {
    run.end = *cut;
  } else if (WIFSIGNALED(status)) {
    run.end = ChildRun::End::signalled;
    run.code = WTERMSIG(status);
  } else {
    run.code = WEXITSTATUS(status);
  }
  return run;
}

}  // namespace monitora::ingest
