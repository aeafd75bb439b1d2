// docs/events.md and docs/roles.md say what the protos say: their tables are made from the descriptors and the comments beside them.
//
// A table stands between <!-- begin NAME --> and <!-- end NAME -->. When one is out of date this test fails; with OVERDRACHT_REWRITE_DOCS=1
// in the environment it writes them anew instead. docs/corrections.md has a row for every kind of event.
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_replace.h>
#include <absl/strings/str_split.h>
#include <absl/strings/strip.h>
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "services/base/codes.h"
#include "services/event/catalogue.h"
#include "services/texts/words.h"

namespace overdracht::event {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file.good()) << path;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The protos as they are written, with their comments (protos_with_comments.binpb); the descriptors in the program have none.
class Source {
 public:
  Source() {
    google::protobuf::FileDescriptorSet files;
    std::ifstream file(OVERDRACHT_PROTOS_WITH_COMMENTS, std::ios::binary);
    EXPECT_TRUE(files.ParseFromIstream(&file)) << OVERDRACHT_PROTOS_WITH_COMMENTS;
    for (const auto& one : files.file()) pool_.BuildFile(one);
    event = pool_.FindFileByName("overdracht/event/v1/event.proto");
    codes = pool_.FindFileByName("overdracht/event/v1/codes.proto");
    notice = pool_.FindFileByName("overdracht/notice/v1/notice.proto");
  }

  const google::protobuf::FileDescriptor* event = nullptr;
  const google::protobuf::FileDescriptor* codes = nullptr;
  const google::protobuf::FileDescriptor* notice = nullptr;

 private:
  google::protobuf::DescriptorPool pool_;
};

// The comment before a message, field or value, on one line.
template <typename Described>
std::string Comment(const Described* described) {
  google::protobuf::SourceLocation location;
  if (!described->GetSourceLocation(&location)) return "";
  const std::vector<std::string> lines = absl::StrSplit(location.leading_comments, '\n', absl::SkipWhitespace());
  return absl::StrJoin(lines, " ",
                       [](std::string* out, absl::string_view line) { absl::StrAppend(out, absl::StripAsciiWhitespace(line)); });
}

std::string Code(absl::string_view text) { return absl::StrCat("`", text, "`"); }

// The names of enums whose codes stand in the table of codes, because many fields have them.
bool InTableOfCodes(const EnumDescriptor* codes) {
  return codes->name() == "Category" || codes->name() == "Role" || codes->name() == "Purpose";
}

std::string FormOf(const Field& field) {
  switch (field.type) {
    case Field::kNumber:
      return absl::StrCat("number > 0 and ≤ ", field.rule.at_most());
    case Field::kBoolean:
      return "true or false";
    case Field::kCode:
      return InTableOfCodes(field.descriptor->enum_type()) ? absl::StrCat("code of ", field.descriptor->enum_type()->name())
                                                           : absl::StrJoin(absl::StrSplit(field.expected, ", "), " · ");
    case Field::kGroup: {
      const auto inner = [](std::string* out, const Field& one) { absl::StrAppend(out, Code(one.name), ": ", FormOf(one)); };
      return absl::StrCat("{", absl::StrJoin(field.fields, ", ", inner), "}");
    }
    default:
      return absl::StrReplaceAll(field.expected == "oin" ? "OIN" : field.expected, {{"_", " "}});
  }
}

std::string FieldCell(const Field& field) {
  return absl::StrCat(Code(field.name + (field.list ? "[]" : "")), ": ", FormOf(field), field.rule.optional() ? " (optional)" : "");
}

std::string ReportersCell(const Kind& kind) {
  return absl::StrJoin(kind.reporters, ", ", [](std::string* out, v1::Reporter reporter) {
    *out += texts::Word(texts::Language::kEnglish, "permitted", base::Code(reporter));
  });
}

std::string EventsTable(const Source& source) {
  std::string table = "| event | who reports it | what it says | data |\n|---|---|---|---|\n";
  for (const Kind& kind : Kinds()) {
    const Descriptor* message = source.event->FindMessageTypeByName(kind.data->message_type()->name());
    const std::string fields = absl::StrJoin(kind.fields, "<br>", [](std::string* out, const Field& field) { *out += FieldCell(field); });
    absl::StrAppend(&table, "| ", Code(kind.name), " | ", ReportersCell(kind), " | ", Comment(message), " | ", fields, " |\n");
  }
  return table;
}

std::string NoticeFieldCell(const FieldDescriptor* field) {
  std::string name = field->json_name();
  std::string form = "text";
  if (absl::EndsWith(field->name(), "_us")) {
    name = std::string(absl::StripSuffix(name, "Us"));
    form = "moment";
  } else if (field->enum_type() != nullptr) {
    form = absl::StrCat("code of ", field->enum_type()->name());
  } else if (field->message_type() != nullptr) {
    std::vector<std::string> inner;
    for (int i = 0; i < field->message_type()->field_count(); ++i) inner.push_back(NoticeFieldCell(field->message_type()->field(i)));
    form = absl::StrCat("{", absl::StrJoin(inner, ", "), "}");
  } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
    form = "true or false";
  } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_UINT32) {
    form = "number";
  }
  const std::string comment = field->message_type() != nullptr ? "" : Comment(field);
  return absl::StrCat(Code(name + (field->is_repeated() ? "[]" : "")), ": ", form,
                      comment.empty() ? "" : absl::StrCat(" (", absl::StripSuffix(comment, "."), ")"));
}

std::string NoticesTable(const Source& source) {
  std::string table = "| kind | to whom, and why | data |\n|---|---|---|\n";
  const auto* data = source.notice->FindMessageTypeByName("Notice")->FindOneofByName("data");
  for (int i = 0; i < data->field_count(); ++i) {
    std::vector<std::string> fields;
    const Descriptor* message = data->field(i)->message_type();
    for (int j = 0; j < message->field_count(); ++j) fields.push_back(NoticeFieldCell(message->field(j)));
    absl::StrAppend(&table, "| ", Code(absl::StrReplaceAll(data->field(i)->name(), {{"_", "-"}})), " | ", Comment(message), " | ",
                    absl::StrJoin(fields, "<br>"), " |\n");
  }
  return table;
}

void AddCodes(const EnumDescriptor* codes, std::string* table) {
  std::vector<std::string> values;
  for (int i = 1; i < codes->value_count(); ++i) {
    // Terms from 50 on are moments that nobody is told of.
    if (codes->name() == "TermKind" && codes->value(i)->number() >= 50) continue;
    const std::string comment = Comment(codes->value(i));
    values.push_back(
        absl::StrCat(Code(base::CodeOf(codes, codes->value(i)->number())), comment.empty() ? "" : absl::StrCat(": ", comment)));
  }
  absl::StrAppend(table, "| ", codes->name(), " | ", absl::StrJoin(values, "<br>"), " |\n");
}

std::string CodesTable(const Source& source) {
  std::string table = "| of | codes |\n|---|---|\n";
  for (int i = 0; i < source.codes->enum_type_count(); ++i) AddCodes(source.codes->enum_type(i), &table);
  for (int i = 0; i < source.notice->enum_type_count(); ++i) {
    AddCodes(source.notice->enum_type(i), &table);
  }
  return table;
}

// The page with the text between the two marks of `name` replaced.
std::string WithTable(const std::string& page, const std::string& name, const std::string& table) {
  const std::string begin = absl::StrCat("<!-- begin ", name, " -->\n");
  const size_t from = page.find(begin);
  const size_t to = page.find(absl::StrCat("<!-- end ", name, " -->"));
  EXPECT_TRUE(from != std::string::npos && to != std::string::npos) << "no marks for " << name;
  if (from == std::string::npos || to == std::string::npos) return page;
  return page.substr(0, from + begin.size()) + table + page.substr(to);
}

TEST(EventsPage, ItsTablesAreThoseOfTheProtos) {
  const std::string path = OVERDRACHT_SOURCE_DIR "/docs/events.md";
  const Source source;
  ASSERT_NE(source.event, nullptr);
  ASSERT_NE(source.notice, nullptr);
  const std::string page = ReadFile(path);
  std::string made = WithTable(page, "events", EventsTable(source));
  made = WithTable(made, "notices", NoticesTable(source));
  made = WithTable(made, "codes", CodesTable(source));
  if (std::getenv("OVERDRACHT_REWRITE_DOCS") != nullptr) {
    std::ofstream(path) << made;
    return;
  }
  EXPECT_EQ(page, made) << "docs/events.md is out of date: run this test with OVERDRACHT_REWRITE_DOCS=1 and commit what it wrote";
}

// By who may report it, the kinds of events; in the order of options.proto.
std::string ReportersTable() {
  std::string table = "| who | may report |\n|---|---|\n";
  const EnumDescriptor* reporters = v1::Reporter_descriptor();
  for (int i = 1; i < reporters->value_count(); ++i) {
    std::vector<std::string> names;
    for (const Kind& kind : Kinds()) {
      const bool may = std::count(kind.reporters.begin(), kind.reporters.end(), reporters->value(i)->number()) > 0;
      if (may) names.push_back(Code(kind.name));
    }
    if (!names.empty()) {
      absl::StrAppend(&table, "| ", base::CodeOf(reporters, reporters->value(i)->number()), " | ", absl::StrJoin(names, ", "), " |\n");
    }
  }
  return table;
}

std::string ToldTable(const Source& source) {
  std::string table = "| what is told | to whom |\n|---|---|\n";
  const auto* data = source.notice->FindMessageTypeByName("Notice")->FindOneofByName("data");
  for (int i = 0; i < data->field_count(); ++i) {
    absl::StrAppend(&table, "| ", Code(absl::StrReplaceAll(data->field(i)->name(), {{"_", "-"}})), " | ",
                    Comment(data->field(i)->message_type()), " |\n");
  }
  return table;
}

TEST(RolesPage, ItsTablesAreThoseOfTheProtos) {
  const std::string path = OVERDRACHT_SOURCE_DIR "/docs/roles.md";
  const std::string page = ReadFile(path);
  const std::string made = WithTable(WithTable(page, "reporters", ReportersTable()), "told", ToldTable(Source()));
  if (std::getenv("OVERDRACHT_REWRITE_DOCS") != nullptr) {
    std::ofstream(path) << made;
    return;
  }
  EXPECT_EQ(page, made) << "docs/roles.md is out of date: run this test with OVERDRACHT_REWRITE_DOCS=1 and commit what it wrote";
}

TEST(EventsPage, EveryMessageHasAComment) {
  const Source source;
  for (const Kind& kind : Kinds()) {
    EXPECT_NE(Comment(source.event->FindMessageTypeByName(kind.data->message_type()->name())), "") << kind.name;
  }
}

TEST(CorrectionsPage, EveryKindOfEventOnce) {
  std::vector<std::string> expected, listed;
  for (const Kind& kind : Kinds()) expected.push_back(kind.name);
  for (absl::string_view line : absl::StrSplit(ReadFile(OVERDRACHT_SOURCE_DIR "/docs/corrections.md"), '\n')) {
    if (!absl::ConsumePrefix(&line, "| `")) continue;
    listed.emplace_back(line.substr(0, line.find('`')));
    EXPECT_TRUE(absl::EndsWith(line, ". |")) << "no advice for " << listed.back();
  }
  EXPECT_THAT(listed, testing::UnorderedElementsAreArray(expected));
}

}  // namespace
}  // namespace overdracht::event
