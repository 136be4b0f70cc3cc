#include "external/socket_watch.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace monitora::external {

SocketWatch::SocketWatch(const Deadline& deadline) {
  alarm_.emplace(deadline.at(), deadline.stop(), [this] {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
    if (ours_ >= 0) ::shutdown(ours_, SHUT_RDWR);
    return Alarm::kNever;
  });
}

SocketWatch::~SocketWatch() {
  alarm_.reset();
  if (ours_ >= 0) ::close(ours_);
}

void SocketWatch::hold(int socket) {
  if (socket == given_) return;
  const std::lock_guard lock(mutex_);
  if (ours_ >= 0) ::close(ours_);
  given_ = socket;
  ours_ = socket < 0 ? -1 : ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
  if (is_over_ && ours_ >= 0) ::shutdown(ours_, SHUT_RDWR);
}

}  // namespace monitora::external
