#include "run_record.h"

#include <torch/version.h>

#include "big/core/atomic_file.h"
#include "big/core/text.h"
#include "big/pipeline/device.h"
#include "big/training/trainer.h"
#include "run.h"
#include "run_files.h"
#include "run_settings.h"

namespace big {
namespace {

using Clock = std::chrono::steady_clock;

Json machine_of(const Run& run) {
  return {{"device", run.load.device.str()},
          {"dtype", c10::toString(run.load.dtype)},
          {"threads", threads_in_use()}};
}

OrderedJson losses_by_kind(const TrainResult& trained) {
  OrderedJson kinds = OrderedJson::object();
  for (const auto& [kind, loss] : trained.losses_by_kind) kinds[kind] = {{"rows", loss.rows}, {"mean", loss.mean}};
  return kinds;
}

OrderedJson findings_of(const Run& run) {
  OrderedJson list = OrderedJson::array();
  for (const auto& finding : run.photos.findings) list.push_back(text_of(finding));
  return list;
}

OrderedJson held_out_of(const Run& run) {
  OrderedJson names = OrderedJson::array();
  for (const size_t photo : run.held_out) names.push_back(run.photos.photos[photo].path.filename().string());
  return names;
}

}  // namespace

std::string repeating_command(const Run& run) {
  if (run.options.command.empty()) return "";
  return concat(run.options.command, " --identifier=", run.claim.identifier, " --overwrite");
}

OrderedJson about_run(const Run& run) {
  return {{"command", repeating_command(run)},
          {"versions", {{"big", run.options.program_version}, {"libtorch", TORCH_VERSION}}},
          {"machine", machine_of(run)},
          {"base", {{"name", run.base.name}, {"hash", run.base.hash}}},
          {"settings", run.settings},
          {"photo_findings", findings_of(run)},
          {"held_out", held_out_of(run)}};
}

void write_run_record(const Run& run, const TrainResult& trained, const std::filesystem::path& folder) {
  OrderedJson record = about_run(run);
  record["steps"] = trained.steps;
  record["kept_step"] = trained.kept_step;
  record["seconds"] = {{"training", trained.seconds},
                       {"all", std::chrono::duration<double>(Clock::now() - run.begun).count()}};
  record["final_loss"] = trained.final_loss;
  record["losses_by_kind"] = losses_by_kind(trained);
  record["losses"] = trained.losses;
  // A photo's name may hold bytes that are no UTF-8.
  write_file_atomically(folder / kRunRecordFile, record.dump(1, ' ', false, OrderedJson::error_handler_t::replace) + "\n");
}

}  // namespace big
