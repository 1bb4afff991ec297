#pragma once

#include <cstdint>
#include <functional>

namespace big {

/// How the rows of a batch are shared out over the CPU: `groups` of equal size at the same time, each by a worker
/// that computes with `threads`.
struct RowShares {
  int64_t groups = 1, threads = 1;
};

/// For a batch of `rows` (at least 1) and the threads in use: as many groups as divide both. One group for a
/// caller that is a worker itself.
RowShares row_shares(int64_t rows);

/// task(0) ... task(groups - 1), each on a worker; returns when all have ended. Whether gradients are recorded is
/// as with the caller. Throws what the first of the tasks that failed threw.
void on_row_workers(const RowShares& shares, const std::function<void(int64_t)>& task);

}  // namespace big
