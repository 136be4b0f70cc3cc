// Asks over HTTP in a closed loop and measures the time to the first `token` event:
//
//   first_token_load PORT PATH QUESTIONS_FILE FIRST_QUESTION CLIENTS SECONDS SERVER_PID
//
// One thread and epoll: the cost of asking is printed beside the result. A client asks its next
// question when the answer before has ended. Prints one line:
//   answers failures with_sources per_second p50 p99 worst (ms) server_ms client_ms (processor time
//   an answer)
// The processor time of the server is that of SERVER_PID with its children.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

struct Plan {
  std::uint16_t port = 0;
  std::string path;
  std::vector<std::string> questions;
  std::size_t next = 0;
  Clock::time_point until;
};

struct Totals {
  std::vector<double> first_token_ms;
  long failures = 0;
  long with_sources = 0;
};

// The processor time of a process and its children in milliseconds, from /proc (proc_pid_stat(5)).
double processor_ms(const std::string& pid) {
  std::ifstream stat("/proc/" + pid + "/stat");
  std::string text((std::istreambuf_iterator<char>(stat)), {});
  text.erase(0, std::min(text.size(), text.rfind(')') + 2));  // the name may hold spaces
  std::vector<std::string> fields;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find(' ', from), text.size());
    fields.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  constexpr std::size_t kUser = 11, kSystem = 12;
  if (fields.size() <= kSystem) return 0;
  double sum = (std::atof(fields[kUser].c_str()) + std::atof(fields[kSystem].c_str())) * 1e3 /
               static_cast<double>(sysconf(_SC_CLK_TCK));
  std::ifstream children("/proc/" + pid + "/task/" + pid + "/children");
  for (std::string child; children >> child;) sum += processor_ms(child);
  return sum;
}

double own_processor_ms() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto ms = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

// The questions hold no quotation mark, backslash or control character: see corpus.cc.
std::string request_for(const Plan& plan, const std::string& question) {
  const std::string body = fmt::format(R"({{"message":"{}","stream":true}})", question);
  return fmt::format(
      "POST {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nOrigin: http://127.0.0.1:{}\r\n"
      "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
      plan.path, plan.port, plan.port, body.size(), body);
}

class Client {
 public:
  explicit Client(Plan& plan, Totals& totals) : plan_(plan), totals_(totals) {}
  ~Client() { disconnect(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool ask(int poll) {
    if (fd_ < 0 && !connect_to(poll)) return false;
    answer_.clear();
    first_token_ms_ = -1;
    const std::string request =
        request_for(plan_, plan_.questions[plan_.next++ % plan_.questions.size()]);
    asked_ = Clock::now();
    return send(fd_, request.data(), request.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(request.size());
  }

  // Reads what has come; true when the answer has ended.
  bool read_some() {
    char buffer[16384];
    const ssize_t got = recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return false;
    if (got <= 0) {
      finish(false);
      disconnect();
      return true;
    }
    answer_.append(buffer, static_cast<std::size_t>(got));
    if (first_token_ms_ < 0 && answer_.find(R"("type":"token")") != std::string::npos)
      first_token_ms_ = std::chrono::duration<double, std::milli>(Clock::now() - asked_).count();
    constexpr std::string_view kGood = "HTTP/1.1 200";
    if (answer_.size() >= kGood.size() && !answer_.starts_with(kGood)) {
      finish(false);
      disconnect();
      return true;
    }
    if (!answer_.ends_with("\r\n0\r\n\r\n")) return false;  // the last chunk of the body
    finish(answer_.find(R"("type":"done")") != std::string::npos && first_token_ms_ >= 0);
    return true;
  }

 private:
  bool connect_to(int poll) {
    fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(plan_.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd_ < 0 || connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      return false;
    const int on = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = this;
    return epoll_ctl(poll, EPOLL_CTL_ADD, fd_, &event) == 0;
  }

  void disconnect() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

  void finish(bool good) {
    if (!good) {
      if (totals_.failures++ == 0) fmt::print(stderr, "a failed answer:\n{}\n", answer_);
      return;
    }
    totals_.first_token_ms.push_back(first_token_ms_);
    if (answer_.find(R"("filename")") != std::string::npos) ++totals_.with_sources;
  }

  Plan& plan_;
  Totals& totals_;
  int fd_ = -1;
  std::string answer_;
  Clock::time_point asked_;
  double first_token_ms_ = -1;
};

double percentile(const std::vector<double>& sorted, double share) {
  if (sorted.empty()) return 0;
  return sorted[std::min(sorted.size() - 1,
                         static_cast<std::size_t>(share * static_cast<double>(sorted.size())))];
}

bool run(Plan& plan, std::size_t clients, Totals& totals) {
  const int poll = epoll_create1(EPOLL_CLOEXEC);
  std::vector<std::unique_ptr<Client>> all;
  for (std::size_t i = 0; i < clients; ++i) {
    all.push_back(std::make_unique<Client>(plan, totals));
    if (!all.back()->ask(poll)) return false;
  }
  std::vector<epoll_event> events(clients);
  std::size_t busy = clients;
  while (busy > 0) {
    const int ready = epoll_wait(poll, events.data(), static_cast<int>(clients), 120'000);
    if (ready <= 0) return false;  // a server that answers nothing for so long is broken
    for (int i = 0; i < ready; ++i) {
      auto* client = static_cast<Client*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (!client->read_some()) continue;
      if (Clock::now() >= plan.until)
        --busy;
      else if (!client->ask(poll))
        return false;
    }
  }
  close(poll);
  return true;
}

template <class T>
T number(const char* text) {
  T value{};
  std::from_chars(text, text + std::string_view(text).size(), value);
  return value;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 8) {
    fmt::print(stderr,
               "usage: first_token_load PORT PATH QUESTIONS FIRST CLIENTS SECONDS SERVER_PID\n");
    return 2;
  }
  Plan plan;
  plan.port = number<std::uint16_t>(argv[1]);
  plan.path = argv[2];
  std::ifstream file(argv[3]);
  for (std::string line; std::getline(file, line);) plan.questions.push_back(line);
  plan.next = number<std::size_t>(argv[4]);
  const auto seconds = number<int>(argv[6]);
  if (plan.questions.empty()) return 2;

  Totals totals;
  const double server_before = processor_ms(argv[7]);
  const double own_before = own_processor_ms();
  const auto from = Clock::now();
  plan.until = from + std::chrono::seconds(seconds);
  const bool ran = run(plan, number<std::size_t>(argv[5]), totals);
  const double took = std::chrono::duration<double>(Clock::now() - from).count();
  std::vector<double>& times = totals.first_token_ms;
  std::sort(times.begin(), times.end());
  const auto answers = std::max<double>(1, static_cast<double>(times.size()));
  fmt::print("{} {} {} {:.1f} {:.2f} {:.2f} {:.2f} {:.2f} {:.3f}\n", times.size(), totals.failures,
             totals.with_sources, static_cast<double>(times.size()) / took, percentile(times, .5),
             percentile(times, .99), times.empty() ? 0 : times.back(),
             (processor_ms(argv[7]) - server_before) / answers,
             (own_processor_ms() - own_before) / answers);
  return ran && !times.empty() ? 0 : 1;
}
