#include "ingest/isolation.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <utility>

#include "ingest/protocol.h"

namespace monitora::ingest {
namespace {

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define MONITORA_HUGE_ADDRESS_SPACE 1  // shadow memory: terabytes are reserved, hardly any is used
#endif
#endif

void set_limit(__rlimit_resource resource, rlim_t value) {
  rlimit limit{};
  if (getrlimit(resource, &limit) != 0) return;
  limit.rlim_max = limit.rlim_max < value ? limit.rlim_max : value;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(resource, &limit);
}

[[maybe_unused]] std::uint64_t address_space() {
  unsigned long pages = 0;
  if (FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%lu", &pages) != 1) pages = 0;
    std::fclose(file);
  }
  return static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

// A fresh network namespace has no interface that is up. An ordinary user needs a user namespace
// around it, which some systems forbid.
bool leave_network() {
  return unshare(CLONE_NEWNET) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0;
}

// Landlock (kernel 5.13): reading and running the system's own files, and nothing else. What a
// hostile file could make the child read elsewhere would end up in its author's answers.
bool restrict_files() {
  constexpr std::uint64_t kRead =
      LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
  landlock_ruleset_attr attributes{};
  attributes.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;  // all of version 1
  const int rules =
      static_cast<int>(syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0));
  if (rules < 0) return false;
  for (const char* path :
       {"/usr", "/lib", "/lib64", "/bin", "/etc/fonts", "/etc/ld.so.cache", "/dev/null"}) {
    landlock_path_beneath_attr beneath{};
    beneath.parent_fd = open(path, O_PATH | O_CLOEXEC);
    if (beneath.parent_fd < 0) continue;
    struct stat status {};
    const bool directory = fstat(beneath.parent_fd, &status) == 0 && S_ISDIR(status.st_mode);
    beneath.allowed_access =
        directory ? kRead : static_cast<std::uint64_t>(LANDLOCK_ACCESS_FS_READ_FILE);
    syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
    close(beneath.parent_fd);
  }
  const bool done = syscall(SYS_landlock_restrict_self, rules, 0) == 0;
  close(rules);
  return done;
}

class Filter {
 public:
  Filter() : context_(seccomp_init(SCMP_ACT_ALLOW)) {}
  ~Filter() {
    if (context_) seccomp_release(context_);
  }
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;

  void deny(std::initializer_list<int> calls, int error = EPERM) {
    for (int call : calls) {
      if (context_) seccomp_rule_add(context_, SCMP_ACT_ERRNO(error), call, 0);
    }
  }
  // Denies `call` where the bits of `mask` in argument `index` are `value`.
  void deny_bits(int call, unsigned index, std::uint64_t mask, std::uint64_t value) {
    if (!context_) return;
    const scmp_arg_cmp bits{index, SCMP_CMP_MASKED_EQ, mask, value};
    seccomp_rule_add_array(context_, SCMP_ACT_ERRNO(EPERM), call, 1, &bits);
  }
  bool load() { return context_ && seccomp_load(context_) == 0; }

 private:
  scmp_filter_ctx context_;
};

bool filter_system_calls() {
  Filter filter;
  // The network.
  filter.deny({SCMP_SYS(socket), SCMP_SYS(socketpair), SCMP_SYS(connect), SCMP_SYS(bind),
               SCMP_SYS(listen), SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(sendto),
               SCMP_SYS(sendmsg), SCMP_SYS(sendmmsg), SCMP_SYS(recvfrom), SCMP_SYS(recvmsg),
               SCMP_SYS(recvmmsg)});
  // Other processes, and the way out of the group that the parent kills. abort() uses tgkill.
  filter.deny({SCMP_SYS(kill), SCMP_SYS(tkill), SCMP_SYS(pidfd_open), SCMP_SYS(pidfd_send_signal),
               SCMP_SYS(rt_sigqueueinfo), SCMP_SYS(rt_tgsigqueueinfo), SCMP_SYS(ptrace),
               SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(setsid),
               SCMP_SYS(setpgid), SCMP_SYS(sched_setscheduler), SCMP_SYS(setpriority),
               SCMP_SYS(shmget), SCMP_SYS(shmat), SCMP_SYS(msgget), SCMP_SYS(semget),
               SCMP_SYS(mq_open)});
  // Changing the system or its files.
  filter.deny({SCMP_SYS(mount),
               SCMP_SYS(umount2),
               SCMP_SYS(pivot_root),
               SCMP_SYS(chroot),
               SCMP_SYS(unshare),
               SCMP_SYS(setns),
               SCMP_SYS(bpf),
               SCMP_SYS(perf_event_open),
               SCMP_SYS(userfaultfd),
               SCMP_SYS(io_uring_setup),
               SCMP_SYS(keyctl),
               SCMP_SYS(add_key),
               SCMP_SYS(request_key),
               SCMP_SYS(init_module),
               SCMP_SYS(finit_module),
               SCMP_SYS(kexec_load),
               SCMP_SYS(reboot),
               SCMP_SYS(creat),
               SCMP_SYS(mkdir),
               SCMP_SYS(mkdirat),
               SCMP_SYS(rmdir),
               SCMP_SYS(unlink),
               SCMP_SYS(unlinkat),
               SCMP_SYS(rename),
               SCMP_SYS(renameat),
               SCMP_SYS(renameat2),
               SCMP_SYS(link),
               SCMP_SYS(linkat),
               SCMP_SYS(symlink),
               SCMP_SYS(symlinkat),
               SCMP_SYS(mknod),
               SCMP_SYS(mknodat),
               SCMP_SYS(truncate),
               SCMP_SYS(ftruncate),
               SCMP_SYS(fallocate),
               SCMP_SYS(chmod),
               SCMP_SYS(fchmod),
               SCMP_SYS(fchmodat),
               SCMP_SYS(chown),
               SCMP_SYS(fchown),
               SCMP_SYS(fchownat),
               SCMP_SYS(lchown),
               SCMP_SYS(setxattr),
               SCMP_SYS(lsetxattr),
               SCMP_SYS(fsetxattr),
               SCMP_SYS(utimensat),
               SCMP_SYS(open_by_handle_at),
               SCMP_SYS(memfd_create)});
  for (const auto& [call, index] :
       {std::pair{SCMP_SYS(open), 1u}, std::pair{SCMP_SYS(openat), 2u}}) {
    for (std::uint64_t flag : {O_WRONLY, O_RDWR, O_CREAT, O_TRUNC}) {
      filter.deny_bits(call, index, flag, flag);
    }
  }
  filter.deny({SCMP_SYS(openat2)},
              ENOSYS);  // its flags are behind a pointer; callers fall back to openat
  return filter.load();
}

}  // namespace

std::uint8_t isolate_process(const ChildLimits& limits, int parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);  // it died before the line above
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  set_limit(RLIMIT_CORE, 0);
  set_limit(RLIMIT_FSIZE, 0);
  set_limit(RLIMIT_NOFILE, 64);
  set_limit(RLIMIT_CPU, limits.cpu_seconds);
#ifndef MONITORA_HUGE_ADDRESS_SPACE
  set_limit(RLIMIT_AS, address_space() + limits.memory_bytes);
#endif
  prctl(PR_SET_DUMPABLE, 0);  // nobody attaches to it; after reading /proc/self
  std::uint8_t flags = 0;
  if (leave_network()) flags |= kNoNetworkNamespace;
  if (restrict_files()) flags |= kFileSystemRules;
  if (filter_system_calls()) flags |= kSystemCallFilter;
  return flags;
}

bool forbid_files_and_programs() {
  Filter filter;
  filter.deny({SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(execve), SCMP_SYS(execveat),
               SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(clone), SCMP_SYS(clone3),
               SCMP_SYS(prlimit64)});
  return filter.load();
}

void forbid_new_processes() {
  set_limit(RLIMIT_NPROC, 0);
  Filter filter;
  filter.deny({SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(clone), SCMP_SYS(clone3)});
  filter.load();
}

}  // namespace monitora::ingest
