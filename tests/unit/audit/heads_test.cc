#include "services/audit/heads.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "tests/unit/log/some_log.h"

namespace overdracht::audit {
namespace {

using ::testing::HasSubstr;

Head SomeHead(char id, uint64_t number) {
  Head head{.traject = {}, .partition = 2, .number = number, .head = base::Sha256(std::string(1, id))};
  head.traject.fill(id);
  return head;
}

TEST(Heads, AreReadAsTheyWereWritten) {
  log::TemporaryFolder folder;
  {
    std::ofstream out(folder.File("heads"));
    WriteHeads({SomeHead('a', 7), SomeHead('b', 9)},
               {{.partition = 0}, {.partition = 2, .batch = 5, .record = 9, .hash = base::Sha256("t")}}, out);
    out << "\n  \n";
  }
  const auto kept = ReadHeads(folder.File("heads"));
  ASSERT_TRUE(kept.ok()) << kept.status();
  ASSERT_EQ(kept->records.size(), 2);
  EXPECT_EQ(kept->records.at({2, 9}).head, base::Sha256("b"));
  EXPECT_EQ(kept->records.at({2, 7}).traject, SomeHead('a', 7).traject);
  ASSERT_EQ(kept->batches.size(), 1) << "an empty partition has nothing to keep";
  EXPECT_EQ(kept->batches.at({2, 5}), base::Sha256("t"));
}

TEST(Heads, ALineThatIsNoneIsNamed) {
  log::TemporaryFolder folder;
  std::ostringstream good;
  WriteHeads({SomeHead('a', 7)}, {}, good);
  const std::string hash(64, '0');
  for (const std::string& bad : std::vector<std::string>{
           "x", "[]", "{}", "1", R"({"traject":"x","position":"0:1","head":")" + hash + "\"}",
           R"({"traject":"8d7f3c1e-2b44-4a1f-9c56-0f6f2f0f9a11","position":"1","head":")" + hash + "\"}",
           R"({"traject":"8d7f3c1e-2b44-4a1f-9c56-0f6f2f0f9a11","position":"0:x","head":")" + hash + "\"}",
           R"({"traject":"8d7f3c1e-2b44-4a1f-9c56-0f6f2f0f9a11","position":"0:1","head":"0"})",
           R"({"traject":"8d7f3c1e-2b44-4a1f-9c56-0f6f2f0f9a11","position":"0:1"})",
           R"({"traject":"8d7f3c1e-2b44-4a1f-9c56-0f6f2f0f9a11","position":"0:1","head":")" + std::string(64, 'g') + "\"}",
           R"({"partition":-1,"batch":1,"hash":")" + hash + "\"}", R"({"partition":4294967296,"batch":1,"hash":")" + hash + "\"}",
           R"({"partition":0,"batch":"1","hash":")" + hash + "\"}", R"({"partition":0,"batch":1})"}) {
    std::ofstream(folder.File("heads")) << good.str() << bad << "\n";
    const absl::Status status = ReadHeads(folder.File("heads")).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << bad;
    EXPECT_THAT(std::string(status.message()), HasSubstr("heads:2:")) << bad;
  }
  EXPECT_TRUE(absl::IsNotFound(ReadHeads(folder.File("nothing")).status()));
}

// RFC 9162 by its recursive definition: docs/formats.md, section 7.
base::Hash Recursive(const std::vector<base::Hash>& leaves, size_t from, size_t to) {
  if (to - from == 1) return leaves[from];
  size_t split = 1;
  while (split * 2 < to - from) split *= 2;
  std::string both = "\x01";
  both.append(base::Hasher::View(Recursive(leaves, from, from + split)).data(), 32);
  both.append(base::Hasher::View(Recursive(leaves, from + split, to)).data(), 32);
  return base::Sha256(both);
}

TEST(Heads, TheRootIsThatOfRfc9162) {
  EXPECT_EQ(Root({}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  std::vector<Head> heads;
  std::vector<base::Hash> leaves;
  for (int count = 1; count <= 70; ++count) {
    heads.push_back(SomeHead(static_cast<char>(count), 1));
    std::string leaf("\0\0\0\0\0\0\0\0\x12overdracht.head.v1\0\0\0\0\0\0\0\x10", 1 + 8 + 18 + 8);
    leaf += std::string(16, static_cast<char>(count)) + std::string("\0\0\0\0\0\0\0\x20", 8);
    leaf.append(base::Hasher::View(heads.back().head).data(), 32);
    leaves.push_back(base::Sha256(leaf));
    EXPECT_EQ(Root(heads), base::Hex(Recursive(leaves, 0, leaves.size()))) << count;
  }
}

}  // namespace
}  // namespace overdracht::audit
