#include "check_sheet.h"

#include <algorithm>

#include "big/core/text.h"
#include "fixed_text.h"
#include "html_page.h"
#include "html_text.h"
#include "svg_chart.h"

namespace big {
namespace {

constexpr size_t kDay = 10;            // of 2026-11-25T10:00:00Z
constexpr size_t kFewestForChart = 3;  // two points are read from the table
constexpr const char *kMarginColour = "#1f6feb", *kBoundColour = "#9ecae1";

std::string with_interval(const Estimate& estimate, double factor, int digits, const std::string& unit) {
  return concat(fixed(factor * estimate.value, digits), unit, " (", fixed(factor * estimate.low, digits), " to ",
                fixed(factor * estimate.high, digits), ")");
}

std::string percent(const Estimate& estimate) { return with_interval(estimate, 100, 1, " %"); }

/// How the summary looks: as well as the worst of them.
const char* style_of(const CheckReport& report) {
  const auto any = [&](std::initializer_list<Known> which) {
    return std::ranges::any_of(report.subjects, [&](const auto& one) { return std::ranges::count(which, one.known) > 0; });
  };
  if (any({Known::kNo, Known::kMistaken})) return "end failed";
  return any({Known::kUnsure, Known::kUnmeasured}) ? "end odd" : "end";
}

std::string head_of(const CheckReport& report) {
  std::string counts;
  for (const Known known : {Known::kYes, Known::kUnsure, Known::kMistaken, Known::kNo, Known::kUnmeasured}) {
    const auto count = std::ranges::count(report.subjects, known, &CheckedSubject::known);
    if (count > 0) counts += concat(counts.empty() ? "" : ", ", count, " ", to_string(known));
  }
  const std::string whose = report.target == TargetModel::kMeta ? "" : concat(" of ", report.user);
  return concat("<h1>", html_text(concat(to_string(report.target), whose, ", version ", report.version)),
                "</h1>\n<p class=\"", style_of(report), "\">",
                html_text(concat(report.subjects.size(), report.subjects.size() == 1 ? " subject: " : " subjects: ", counts, ".")),
                "</p>\n<p class=\"note\">Identity: how many times worse words that know nothing of a subject explain its "
                "photos than its own word (1: not known). Margin: by how much the nearest other word in its place, "
                "a look-alike's or one that was never taught, explains them worse. Both by denoising errors at equal noise, with 95 % intervals. Known: "
                "both intervals say so.</p>\n");
}

std::string number_cell(const std::string& text) { return concat("<td class=\"number\">", html_text(text), "</td>"); }

std::string about(const CheckedSubject& one) {
  const Subject& subject = one.subject;
  return concat("<td><b>", html_text(subject.identifier), "</b> ", html_text(subject.category),
                "<br><span class=\"note\">", html_text(concat("added by ", subject.user, ", ", subject.date.substr(0, kDay))),
                "</span></td>");
}

std::string nearest_of(const CheckedSubject& one) { return one.nearest.empty() ? "an unused word" : one.nearest; }

std::string verdict(const CheckedSubject& one) {
  const std::string near = one.known == Known::kMistaken ? concat(" for ", nearest_of(one)) : "";
  return concat("<td", one.known == Known::kYes ? "" : " class=\"odd\"", ">", html_text(to_string(one.known) + near), "</td>");
}

std::string table_of(const CheckReport& report) {
  std::string rows = "<tr><th>subject</th><th></th><th class=\"number\">identity</th><th class=\"number\">margin</th>"
                     "<th>nearest</th></tr>\n";
  for (const auto& one : report.subjects) {
    const bool measured = one.known != Known::kUnmeasured;
    rows += concat("<tr>", about(one), verdict(one), number_cell(measured ? with_interval(one.identity, 1, 2, "") : ""),
                   number_cell(measured ? percent(one.margin) : ""),
                   measured ? element("td", nearest_of(one)) : "<td></td>", "</tr>\n");
  }
  return concat("<table>\n", rows, "</table>\n");
}

std::string chart_of(const CheckReport& report) {
  if (report.subjects.size() < kFewestForChart) return "";
  Chart chart{"Margin by age", "in %, the subject learned first at the left; the pale lines bound the 95 % interval", {}, {}, "", "subjects"};
  const auto add = [&](const char* name, const char* colour, double Estimate::*bound) {
    chart.curves.push_back({name, colour, {}});
    for (size_t i = 0; i < report.subjects.size(); ++i)
      if (report.subjects[i].known != Known::kUnmeasured)
        chart.curves.back().points.emplace_back(static_cast<double>(i + 1), 100 * report.subjects[i].margin.*bound);
  };
  add("lower bound", kBoundColour, &Estimate::low);
  add("margin", kMarginColour, &Estimate::value);
  add("upper bound", kBoundColour, &Estimate::high);
  return svg_chart(chart);
}

std::string classes_of(const CheckReport& report) {
  std::string rows = "<tr><th>class</th><th class=\"number\">drift</th></tr>\n";
  for (const auto& one : report.classes)
    rows += concat("<tr>", element("td", one.category), number_cell(one.drift ? percent(*one.drift) : "not measured"), "</tr>\n");
  return concat("<p class=\"note\">By how much worse the model explains pictures that the base drew of a class, without any "
                "identifier, than the base itself.</p>\n<table>\n", rows, "</table>\n");
}

std::string pictures_of(const CheckReport& report, const std::vector<SubjectPictures>& pictures, const std::string& how_drawn) {
  std::string rows = "<tr><th>subject</th><th>photos kept</th><th>what the model draws now</th></tr>\n";
  for (size_t i = 0; i < report.subjects.size(); ++i) {
    rows += concat("<tr>", about(report.subjects[i]), "<td class=\"strip\">", pictures[i].photos, "</td><td class=\"strip\">",
                   pictures[i].drawn, "</td></tr>\n");
  }
  return concat("<p class=\"note\">", html_text(how_drawn), "</p>\n<table>\n", rows, "</table>\n");
}

}  // namespace

std::string check_sheet(const CheckReport& report,
                        const std::vector<SubjectPictures>& pictures,
                        const std::string& how_drawn) {
  return html_page(concat(to_string(report.target), ": what it knows"),
                   concat(head_of(report), html_section("Measured", table_of(report) + chart_of(report)),
                          html_section("Drift of the classes", classes_of(report)),
                          html_section("Photos and pictures", pictures_of(report, pictures, how_drawn))));
}

}  // namespace big
