// The test program is its own child: "extract" is the real subcommand, the others behave badly.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "ingest/extract_child.h"
#include "ingest/isolation.h"

namespace {

using monitora::ingest::isolate_process;

void say(const char* what, int result) {
  std::printf("%s %s\n", what,
              result >= 0                         ? "done"
              : errno == EPERM || errno == EACCES ? "refused"
                                                  : std::strerror(errno));
}

// Tries what a taken-over parser would try; says how each went.
int probe() {
  std::printf("isolation %d\n", isolate_process({64u << 20, 10}, getppid()));
  say("socket", socket(AF_INET, SOCK_STREAM, 0));
  say("local socket", socket(AF_UNIX, SOCK_STREAM, 0));
  say("write file", open("/tmp/monitora-must-not-exist", O_WRONLY | O_CREAT, 0600));
  say("delete file", unlink("/tmp/monitora-absent"));
  say("read password file", open("/etc/passwd", O_RDONLY));
  say("signal parent", kill(getppid(), SIGTERM));
  say("leave group", setsid());
  say("read font", open("/usr/lib/os-release", O_RDONLY));
  if (monitora::ingest::forbid_files_and_programs()) {
    say("any file", open("/usr/lib/os-release", O_RDONLY));
    say("fork", fork());
    execl("/usr/bin/true", "true", nullptr);
    say("exec", -1);
  }
  return 0;
}

[[noreturn]] void spin() {
  volatile unsigned long turns = 0;
  while (true) turns = turns + 1;
}

int eat_memory() {
  isolate_process({64u << 20, 30}, getppid());
  std::size_t eaten = 0;
  while (volatile char* piece =
             static_cast<char*>(std::malloc(1u << 20))) {  // volatile: not optimised away
    *piece = 1;
    if (++eaten > 1'000) break;
  }
  std::printf("%zu\n", eaten);
  return 0;
}

[[noreturn]] void flood() {
  const std::string line(4096, 'x');
  while (write(STDOUT_FILENO, line.data(), line.size()) > 0) {
  }
  _exit(0);
}

// Leaves a child behind that holds the pipe open for ever, unless its parent's death kills it.
int leave_orphan() {
  int ready[2];
  if (pipe(ready) != 0) return 1;
  if (fork() == 0) {
    isolate_process({64u << 20, 30}, getppid());
    if (write(ready[1], "x", 1) != 1) _exit(1);
    while (true) pause();
  }
  char mark = 0;
  return read(ready[0], &mark, 1) == 1 ? 0 : 1;
}

// Starts a child of its own and says its number; both run for ever.
[[noreturn]] void family() {
  const pid_t child = fork();
  if (child == 0) {
    while (true) pause();
  }
  std::printf("%d\n", child);
  std::fflush(stdout);
  spin();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  if (mode == "extract") return monitora::ingest::extract_main(argc - 1, argv + 1);
  if (mode == "probe") return probe();
  if (mode == "spin") spin();
  if (mode == "spin-limited") {
    isolate_process({64u << 20, 1}, getppid());
    spin();
  }
  if (mode == "eat-memory") return eat_memory();
  if (mode == "flood") flood();
  if (mode == "orphan") return leave_orphan();
  if (mode == "family") family();
  if (mode == "environment") return environ[0] == nullptr && fcntl(3, F_GETFD) < 0 ? 0 : 1;
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
