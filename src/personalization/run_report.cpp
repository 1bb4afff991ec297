#include "run_report.h"

#include <algorithm>

#include "big/core/duration.h"
#include "big/core/text.h"
#include "big/imaging/read_image.h"
#include "fixed_text.h"
#include "html_page.h"
#include "html_text.h"
#include "odd_photos.h"
#include "preview_pictures.h"
#include "run.h"
#include "run_history.h"
#include "run_record.h"
#include "run_report_curves.h"

namespace big {
namespace {

std::string row(const std::string& name, const std::string& value) {
  return concat("<tr>", element("td", name), element("td", value), "</tr>\n");
}

std::string text_of_value(const OrderedJson& value) {
  return value.is_string() ? value.get<std::string>()
                           : value.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

std::string table_of(const OrderedJson& object) {
  std::string rows;
  for (const auto& [name, value] : object.items()) rows += row(name, text_of_value(value));
  return rows.empty() ? "" : concat("<table class=\"settings\">\n", rows, "</table>\n");
}

std::string list_of(const std::vector<std::string>& items) {
  std::string rows;
  for (const std::string& item : items) rows += element("li", item) + "\n";
  return rows.empty() ? "" : concat("<ul>\n", rows, "</ul>\n");
}

std::string head_of(const Run& run, const RunHistory& history, const RunEnd& end) {
  const auto& options = run.options;
  const size_t done = history.losses().size();
  std::string facts = concat("target model ", to_string(options.target), ", user ", options.user, ", base ",
                             run.base.name, ", method ", options.train.method, "; ", done, " of ",
                             options.train.max_train_steps, " updates in ",
                             format_duration(std::chrono::duration<double>(std::chrono::steady_clock::now() - run.begun).count()));
  std::string result = concat("Succeeded. '", run.claim.identifier, "' is in ", end.model.string(), ".");
  if (end.error.empty() && end.kept_step != static_cast<int64_t>(done))
    result += concat(" Kept are the weights after ", end.kept_step, " updates, the best that were measured.");
  if (!end.error.empty()) result = "Failed: " + end.error;
  return concat("<h1>", html_text(concat(run.claim.identifier, ": ", options.category)), "</h1>\n<p class=\"note\">",
                html_text(facts), "</p>\n<p class=\"end", end.error.empty() ? "" : " failed", "\">", html_text(result),
                "</p>\n");
}

/// What the doctor found in this photo, alone or with others.
std::string findings_of(const Run& run, const std::filesystem::path& photo) {
  std::vector<std::string> reasons;
  for (const PhotoFinding& finding : run.photos.findings)
    if (std::ranges::count(finding.photos, photo) > 0) reasons.push_back(finding.reason);
  return join(reasons, "; ");
}

/// The cells of what was measured of a photo; `changes`: of all photos.
std::string cells_of(const std::vector<PhotoChange>& changes, const std::string& name) {
  const auto found = std::ranges::find(changes, printable(name), [](const PhotoChange& one) { return printable(one.name); });
  if (found == changes.end()) return "<td class=\"number\"></td><td class=\"number\"></td>";
  return concat("<td class=\"number\">", fixed(found->before, 3), " → ", fixed(found->after, 3),
                "</td><td class=\"number", found->odd ? " odd" : "", "\">", found->change > 0 ? "+" : "",
                fixed(100 * found->change, 1), " %</td>");
}

std::vector<PhotoChange> changes_of(const RunHistory& history, const RunEnd& end) {
  const auto& all = history.measurements();
  if (all.size() < 2) return {};
  const auto kept = std::ranges::find(all, end.kept_step, &Measurement::step);
  return photo_changes(all.front(), kept == all.end() || kept == all.begin() ? all.back() : *kept);
}

/// "photo 3 (c.png) may hurt: ..." of each photo that stands out.
std::string odd_ones(const Run& run, const std::vector<PhotoChange>& changes) {
  std::vector<std::string> lines;
  for (size_t i = 0; i < run.photos.photos.size(); ++i) {
    const std::string name = printable(run.photos.photos[i].path.filename().string());
    for (const PhotoChange& change : changes) {
      if (!change.odd || printable(change.name) != name) continue;
      lines.push_back(concat("photo ", i + 1, " (", name, ") hurts: its error changed by ", fixed(100 * change.change, 1),
                             " %, the others' fell far more. Does it show the subject? Try the run without it."));
    }
  }
  return list_of(lines);
}

std::string photos_of(const Run& run, const RunHistory& history, const RunEnd& end) {
  const auto changes = changes_of(history, end);
  std::string rows = concat("<tr><th></th><th>photo</th>", changes.empty() ? "" : "<th class=\"number\">error</th><th class=\"number\">change</th>",
                            "<th>found before the run</th></tr>\n");
  for (size_t i = 0; i < run.photos.photos.size(); ++i) {
    const FoundPhoto& photo = run.photos.photos[i];
    const std::string name = photo.path.filename().string();
    const bool held_out = std::ranges::binary_search(run.held_out, i);
    const auto& [caption, repeats] = run.photos.notes[i];
    rows += concat("<tr><td>", html_thumbnail(run.photos.images[i].image), "</td><td>", i + 1, ". ", html_text(name), "<br><span class=\"note\">",
                   photo.width, " × ", photo.height, held_out ? ", held out: measured, not taught" : "",
                   repeats == 1 ? "" : concat(", shown ", repeats, " times a round"),
                   caption.empty() ? "" : "<br>“" + html_text(caption) + "”", "</span></td>",
                   changes.empty() ? "" : cells_of(changes, name), "<td class=\"warn\">",
                   html_text(findings_of(run, photo.path)), "</td></tr>\n");
  }
  std::vector<std::string> skipped;
  for (const SkippedPhoto& photo : run.photos.skipped)
    skipped.push_back(concat("skipped ", photo.path.filename().string(), ": ", photo.reason));
  std::string advice;
  for (const PhotoFinding& finding : run.photos.findings) advice += element("li", text_of(finding)) + "\n";
  return concat("<table>\n", rows, "</table>\n", odd_ones(run, changes), list_of(skipped),
                advice.empty() ? "" : concat("<ul class=\"warn\">\n", advice, "</ul>\n"), list_of(run.photos.warnings));
}

constexpr size_t kMostRows = 12;

/// A row of pictures for each measurement, or for kMostRows of them, the first and the last among these.
std::string previews_of(const Run& run, const RunHistory& history) {
  const auto previews = previews_in(history.previews());
  if (previews.empty()) return "";
  std::vector<int64_t> steps;
  for (const auto& [step, pictures] : previews) steps.push_back(step);
  const size_t rows = std::min(steps.size(), kMostRows);
  std::string table;
  for (size_t i = 0; i < rows; ++i) {
    const int64_t step = steps[rows == 1 ? 0 : i * (steps.size() - 1) / (rows - 1)];
    table += concat("<tr><td class=\"number\">", step, "</td>");
    for (const auto& picture : previews.at(step)) table += concat("<td>", html_thumbnail(read_image(picture)), "</td>");
    table += "</tr>\n";
  }
  const GenerateOptions drawn = preview_request(run);
  return concat("<p class=\"note\">", html_text(concat("“", drawn.prompt, "” after so many updates, one seed a column from ", drawn.seed,
                " on: ", drawn.scheduler, ", ", drawn.num_inference_steps, " steps, guidance ", drawn.guidance_scale, ".")),
                "</p>\n<table class=\"previews\">\n", table, "</table>\n");
}

std::string measuring_hint(const RunHistory& history) {
  if (!history.measurements().empty()) return "";
  return "<p class=\"note\">Nothing was measured on the way: with --validation_steps 50 this page shows the photos' errors "
         "by amount of noise, the drift of the class and what became of each photo.</p>\n";
}

std::string settings_of(const OrderedJson& about) {
  const OrderedJson& settings = about["settings"];
  OrderedJson rest = {{"base", about["base"]["name"]}, {"base's hash", about["base"]["hash"]}};
  for (const char* part : {"versions", "machine"})
    for (const auto& [name, value] : about[part].items()) rest[name] = value;
  std::string text;
  const std::string command = text_of_value(about["command"]);
  if (!command.empty()) text += html_section("The command that repeats it", concat("<pre>", html_text(command), "</pre>\n"));
  return concat(text, html_section("Settings", table_of(settings["flags"])),
                html_section("Photos by SHA-256", table_of(settings["photos"])), html_section("Versions and machine", table_of(rest)));
}

}  // namespace

std::string run_report(const Run& run, const RunHistory& history, const RunEnd& end) {
  const bool chosen = end.error.empty() && run.options.train.keep == "best";
  const auto kept = chosen ? std::optional(end.kept_step) : std::nullopt;
  const std::string gate = end.gate ? list_of(end.gate->lines()) : "";
  return html_page(concat(run.claim.identifier, ": ", run.options.category),
                   concat(head_of(run, history, end), html_section("Curves", curves_of(history, kept) + measuring_hint(history)),
                          html_section("Pictures on the way", previews_of(run, history)),
                          html_section("What the metamodel knows", gate),
                          html_section("Photos", photos_of(run, history, end)), settings_of(about_run(run))));
}

}  // namespace big
