// The lines of a file or of standard input, one at a time, in bounded memory.
#ifndef OVERDRACHT_SERVICES_CLI_LINES_H_
#define OVERDRACHT_SERVICES_CLI_LINES_H_

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

namespace overdracht::cli {

class Lines {
 public:
  // `-`: standard input. Null when it cannot be opened.
  static std::unique_ptr<Lines> Open(const std::string& path);

  // The next line without its newline, cut off after `most` bytes; false at the end. A last line without newline is a line.
  bool Next(size_t most, std::string* line);

  uint64_t number() const { return number_; }  // of the line read last, from 1
  uint64_t read_bytes() const { return read_bytes_; }
  uint64_t total_bytes() const { return total_bytes_; }  // 0: nobody knows
  bool failed() const { return std::ferror(file_.get()) != 0; }

 private:
  struct Close {
    void operator()(std::FILE* file) const {
      if (file != stdin) std::fclose(file);
    }
  };
  std::unique_ptr<std::FILE, Close> file_;
  uint64_t number_ = 0, read_bytes_ = 0, total_bytes_ = 0;
};

}  // namespace overdracht::cli

#endif  // OVERDRACHT_SERVICES_CLI_LINES_H_
