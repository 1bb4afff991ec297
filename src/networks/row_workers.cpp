#include "row_workers.h"

#include <ATen/Parallel.h>
#include <ATen/ThreadLocalState.h>
#include <c10/core/thread_pool.h>

#include <exception>
#include <latch>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <utility>
#include <vector>

/// MKL's, where libtorch has it: it keeps a number of threads of its own, which at::set_num_threads() sets for all.
extern "C" int MKL_Set_Num_Threads_Local(int threads) __attribute__((weak));

namespace big {
namespace {

thread_local bool is_worker = false;

/// Workers that stay for the life of the process: what oneDNN and OpenMP keep for each thread is made once.
std::unique_ptr<c10::ThreadPool> make_workers(const RowShares& shares) {
  const int callers_threads = at::get_num_threads();
  std::latch ready(shares.groups);
  auto workers = std::make_unique<c10::ThreadPool>(static_cast<int>(shares.groups), -1, [&ready, shares] {
    is_worker = true;
    const int threads = static_cast<int>(shares.threads);
    at::get_num_threads();  // a thread's first call sets its number, so it must not come later
    at::set_num_threads(threads);
    if (MKL_Set_Num_Threads_Local) MKL_Set_Num_Threads_Local(threads);
    ready.count_down();
  });
  ready.wait();
  at::set_num_threads(callers_threads);  // threads that come later take the number that was set last
  return workers;
}

c10::ThreadPool& workers_of(const RowShares& shares) {
  static std::mutex mutex;
  static std::map<std::pair<int64_t, int64_t>, std::unique_ptr<c10::ThreadPool>> pools;
  const std::lock_guard lock(mutex);
  auto& pool = pools[{shares.groups, shares.threads}];
  if (!pool) pool = make_workers(shares);
  return *pool;
}

}  // namespace

RowShares row_shares(int64_t rows) {
  const int64_t threads = at::get_num_threads();
  if (is_worker) return {1, threads};
  const int64_t groups = std::gcd(rows, threads);
  return {groups, threads / groups};
}

void on_row_workers(const RowShares& shares, const std::function<void(int64_t)>& task) {
  auto& workers = workers_of(shares);
  const at::ThreadLocalState callers;
  std::vector<std::exception_ptr> failures(static_cast<size_t>(shares.groups));
  std::latch ended(shares.groups);
  for (int64_t group = 0; group < shares.groups; ++group) {
    workers.run([&, group] {
      try {
        const at::ThreadLocalStateGuard state(callers);
        task(group);
      } catch (...) {
        failures[static_cast<size_t>(group)] = std::current_exception();
      }
      ended.count_down();
    });
  }
  ended.wait();
  for (const auto& failure : failures)
    if (failure) std::rethrow_exception(failure);
}

}  // namespace big
