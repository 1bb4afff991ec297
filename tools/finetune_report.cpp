#include "finetune_report.h"

#include "big/core/duration.h"
#include "big/core/log.h"
#include "big/core/text.h"

namespace big {
namespace {

std::string predicted_text(const FinetunePlan& plan) {
  return concat("about ", format_duration(plan.predicted_seconds), ", ",
                format_bytes(plan.predicted_memory_bytes), " of memory, ",
                format_bytes(plan.predicted_disk_bytes), " on disk");
}

OrderedJson findings_json(const FinetunePlan& plan) {
  OrderedJson list = OrderedJson::array();
  for (const PhotoFinding& finding : plan.findings) {
    OrderedJson paths = OrderedJson::array();
    for (const auto& path : finding.photos) paths.push_back(path.string());
    list.push_back({{"kind", to_string(finding.fault)},
                    {"photos", paths},
                    {"reason", finding.reason},
                    {"advice", finding.advice}});
  }
  return list;
}

/// What a dry run found out about the photos.
std::string photos_text(const FinetunePlan& plan) {
  std::string text = concat("Photos: ", plan.photos.size(), " used, ", plan.skipped.size(), " skipped, ",
                            plan.findings.size(), plan.findings.size() == 1 ? " finding.\n" : " findings.\n");
  for (const PhotoFinding& finding : plan.findings) text += concat("  ", text_of(finding), "\n");
  if (!plan.contact_sheet.empty()) text += concat("What is learned of each: ", plan.contact_sheet.string(), "\n");
  return text;
}

OrderedJson common_json(const FinetuneResult& result) {
  OrderedJson used = OrderedJson::array(), skipped = OrderedJson::array(), held_out = OrderedJson::array();
  for (const auto& path : result.plan.held_out) held_out.push_back(path.string());
  for (const FoundPhoto& photo : result.plan.photos) used.push_back(photo.path.string());
  for (const SkippedPhoto& photo : result.plan.skipped) {
    skipped.push_back({{"path", photo.path.string()}, {"reason", photo.reason}});
  }
  return {{"identifier", result.identifier},
          {"category", result.category},
          {"user", result.user},
          {"target_model", to_string(result.target)},
          {"base", {{"name", result.base_name}, {"hash", result.base_hash}}},
          {"seed", result.seed},
          {"photos_used", used},
          {"photos_held_out", held_out},
          {"photos_skipped", skipped},
          {"photo_findings", findings_json(result.plan)},
          {"contact_sheet", result.plan.contact_sheet.empty() ? OrderedJson() : OrderedJson(result.plan.contact_sheet.string())},
          {"class_images",
           {{"reused", result.plan.class_images_reused}, {"drawn", result.plan.class_images_to_draw}}}};
}

std::string kept_text(const FinetuneResult& result) {
  return result.kept_step == result.steps ? "" : concat(" Kept are the weights after ", result.kept_step, " steps, the best.");
}

}  // namespace

void log_plan(const FinetunePlan& plan) {
  for (const FoundPhoto& photo : plan.photos) {
    log_info(concat("photo ", photo.path.string(), " (", photo.width, "x", photo.height, ")"));
  }
  for (const SkippedPhoto& photo : plan.skipped)
    log_warning("skipped " + photo.path.string() + ": " + photo.reason);
  for (const std::string& warning : plan.warnings) log_warning(warning);
  for (const auto& path : plan.held_out)
    log_info(concat("held out, to measure by: ", path.string(), " (--validation_photos 0 teaches it too)"));
  log_info(concat("teaching '", plan.identifier, "' with ", plan.photos.size(),
                  " photos; class pictures: ", plan.class_images_reused, " there, ",
                  plan.class_images_to_draw, " to draw; ", predicted_text(plan)));
}

OrderedJson finetune_json(const FinetuneResult& result) {
  OrderedJson json = common_json(result);
  if (result.dry_run) {
    json["dry_run"] = true;
    json["predicted"] = {{"seconds", result.plan.predicted_seconds},
                         {"memory_bytes", result.plan.predicted_memory_bytes},
                         {"disk_bytes", result.plan.predicted_disk_bytes}};
    return json;
  }
  json["model_path"] = result.model_path.string();
  if (!result.saved.empty()) {
    json["saved"] = OrderedJson::object();
    for (const auto& [kind, file] : result.saved) json["saved"][kind] = file.string();
  }
  json["steps"] = result.steps;
  json["kept_step"] = result.kept_step;
  json["report"] = result.report.empty() ? OrderedJson() : OrderedJson(result.report.string());
  json["measured"] = result.measured ? to_json(*result.measured) : OrderedJson();
  json["seconds"] = result.seconds;
  json["final_loss"] = result.final_loss;
  if (result.gate) json["gate"] = result.gate->json();
  return json;
}

std::string finetune_text(const FinetuneResult& result, const std::string& generate_flags) {
  if (result.dry_run) {
    return concat("Nothing was done (--dry_run). It would teach '", result.identifier, "' in ",
                  predicted_text(result.plan), " (seed ", result.seed, ").\n", photos_text(result.plan));
  }
  std::string saved;
  for (const auto& [kind, file] : result.saved)
    saved += concat("Written for other programs: ", file.string(), "\n");
  const std::string target =
      result.target == TargetModel::kPrivate ? "" : " --target_model " + to_string(result.target);
  if (!result.report.empty()) saved += concat("How it went: ", result.report.string(), "\n");
  std::string measured;
  if (result.gate) {
    measured = "How much better its own word explains a subject's photos than others (1: not at all):\n";
    for (const std::string& line : result.gate->lines()) measured += concat("  ", line, "\n");
  }
  return concat("Finetuning was successful. The identifier for the object is '", result.identifier, "'.\n",
                "It took ", format_duration(result.seconds), " (", result.steps, " steps, seed ", result.seed,
                ").", kept_text(result), saved.empty() && measured.empty() ? " " : "\n" + measured + saved, "Try:\n", "  generate --prompt \"a ",
                result.identifier, "\"", target, generate_flags, "\n");
}

}  // namespace big
