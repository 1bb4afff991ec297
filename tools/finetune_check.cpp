#include "finetune_check.h"

#include <cstdio>

#include "big/core/text.h"
#include "big/personalization/check.h"
#include "big/pipeline/device.h"
#include "cli/output.h"
#include "cli/progress_bar.h"
#include "cli/text_table.h"

namespace big {
namespace {

constexpr size_t kDay = 10;  // of 2026-11-25T10:00:00Z

std::string interval_text(const Estimate& estimate, double factor, int digits) {
  char text[96];
  std::snprintf(text, sizeof text, "%.*f (%.*f to %.*f)", digits, factor * estimate.value, digits, factor * estimate.low,
                digits, factor * estimate.high);
  return text;
}

OrderedJson interval_json(const Estimate& estimate) { return {estimate.value, estimate.low, estimate.high}; }

bool is_measured(const CheckedSubject& one) { return one.known != Known::kUnmeasured; }

std::string check_text(const CheckReport& report) {
  std::vector<std::vector<std::string>> rows = {
      {"identifier", "category", "is", "identity", "margin %", "nearest", "added by", "date"}};
  for (const auto& one : report.subjects) {
    rows.push_back({one.subject.identifier, one.subject.category, to_string(one.known),
                    is_measured(one) ? interval_text(one.identity, 1, 2) : "",
                    is_measured(one) ? interval_text(one.margin, 100, 1) : "",
                    is_measured(one) ? (one.nearest.empty() ? "an unused word" : one.nearest) : "", one.subject.user,
                    one.subject.date.substr(0, kDay)});
  }
  std::vector<std::vector<std::string>> classes = {{"class", "drift %"}};
  for (const auto& one : report.classes)
    classes.push_back({one.category, one.drift ? interval_text(*one.drift, 100, 1) : "not measured"});
  return concat(to_string(report.target), ", version ", report.version, ":\n", text_table(rows), text_table(classes),
                "Each subject's photos beside what the model draws now: ", report.page.string(), "\n");
}

OrderedJson check_json(const CheckReport& report) {
  OrderedJson subjects = OrderedJson::array(), classes = OrderedJson::array();
  for (const auto& one : report.subjects) {
    subjects.push_back({{"identifier", one.subject.identifier},
                        {"category", one.subject.category},
                        {"user", one.subject.user},
                        {"date", one.subject.date},
                        {"known", to_string(one.known)},
                        {"identity", is_measured(one) ? interval_json(one.identity) : OrderedJson()},
                        {"margin", is_measured(one) ? interval_json(one.margin) : OrderedJson()},
                        {"nearest", one.nearest.empty() ? OrderedJson() : OrderedJson(one.nearest)}});
  }
  for (const auto& one : report.classes)
    classes.push_back({{"category", one.category}, {"drift", one.drift ? interval_json(*one.drift) : OrderedJson()}});
  return {{"target_model", to_string(report.target)},
          {"user", report.user},
          {"version", report.version},
          {"page", report.page.string()},
          {"subjects", subjects},
          {"classes", classes},
          {"seconds", report.seconds}};
}

}  // namespace

void check(OptionTable& table, const FinetuneArguments& given) {
  CheckOptions wish;
  wish.target = given.options.target;
  wish.user = given.common.user;
  wish.models_dir = given.common.models_dir;
  wish.project_models = given.common.project_models;
  wish.device = given.options.device;
  wish.dtype = given.options.dtype;
  wish.pictures = given.options.num_validation_images;
  if (table.given("seed")) wish.seed = given.options.train.seed;
  set_threads(given.threads);
  CheckReport report;
  {
    ProgressBar bar(given.common.quiet);
    report = check_metamodel(wish, bar.callback());
  }
  print_result(given.common.json, check_text(report), check_json(report));
}

}  // namespace big
