#include "campaign.h"

#include <chrono>
#include <ctime>
#include <stdexcept>
#include <typeinfo>

#include "big/core/duration.h"
#include "big/core/error.h"
#include "big/core/text.h"
#include "crash_keeper.h"
#include "memory_watch.h"

namespace big::fuzz {
namespace {

/// Of 100 mutants at least one is read, or at least one refused.
constexpr int64_t kLeastShare = 100;
double processor_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

std::string outcome(const Reader& reader, const std::string& input, Tally& tally) {
  try {
    reader.read(input);
    ++tally.read;
    return "";
  } catch (const Error& error) {
    const bool usage = error.exit_code() == static_cast<int>(ExitCode::kUsage);
    const bool allowed =
        reader.refusal != Refusal::kNever && (error.exit_code() == static_cast<int>(ExitCode::kInput) ||
                                              (usage && reader.refusal == Refusal::kInputOrUsage));
    ++tally.refused;
    if (!allowed) return concat("exit code ", error.exit_code(), ": ", error.what());
    return error.what()[0] == 0 ? "it was refused without a word" : "";
  } catch (const std::exception& error) {
    return concat("an exception of the type ", typeid(error).name(), ": ", error.what());
  }
}

void check(const Reader& reader, const std::string& input, const Campaign& campaign, Tally& tally) {
  const auto problem = problem_with(reader, input, tally);
  if (!problem) return;
  throw std::runtime_error(concat(reader.name, ": ", *problem, "; the input is kept as ",
                                  keep(campaign.findings, reader.name, input).string()));
}

}  // namespace

std::optional<std::string> problem_with(const Reader& reader, const std::string& input, Tally& tally) {
  MemoryWatch memory;
  memory.start();
  const double start = processor_seconds();
  const std::string wrong = outcome(reader, input, tally);
  const double seconds = processor_seconds() - start;
  const uint64_t held = memory.peak();
  tally.slowest_seconds = std::max(tally.slowest_seconds, seconds);
  tally.most_memory = std::max(tally.most_memory, held);
  if (!wrong.empty()) return wrong;
  if (seconds > reader.most_seconds) return concat(input.size(), " bytes took ", format_duration(seconds));
  if (held > reader.memory.of(input.size())) {
    return concat(input.size(), " bytes took ", format_bytes(held), " of memory, expected at most ",
                  format_bytes(reader.memory.of(input.size())));
  }
  return std::nullopt;
}

Tally try_reader(const Reader& reader, const Campaign& campaign) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  const auto seconds = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
  CrashKeeper keeper(campaign.findings, reader.name);
  const auto seeds = seeds_of(reader);
  Tally tally;
  for (const std::string& seed : seeds) {
    keeper.about_to_read(seed);
    check(reader, seed, campaign, tally);
  }
  Random random(campaign.seed);
  for (int64_t i = 0; i < campaign.inputs || seconds() < campaign.seconds; ++i) {
    const std::string input = reader.mutate(seeds, random);
    keeper.about_to_read(input);
    check(reader, input, campaign, tally);
  }
  const int64_t all = tally.read + tally.refused;
  const bool refuses = reader.refusal != Refusal::kNever;
  if (tally.read < all / kLeastShare || (refuses && tally.refused < all / kLeastShare)) {
    throw std::runtime_error(concat(reader.name, ": of ", all, " inputs ", tally.read,
                                    " were read: the mutants do not reach the reader"));
  }
  return tally;
}

}  // namespace big::fuzz
