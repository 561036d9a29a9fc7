// Counts words by length. The input is for the compiler: the program is not run.
#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <regex>
#include <sstream>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

using Value = std::variant<int, double, std::string>;

template <int N> struct Level {
    std::map<std::string, std::vector<Value>> values;
    std::unique_ptr<Level<N - 1>> below = std::make_unique<Level<N - 1>>();
    void add(const std::string &word) {
        values[word].push_back(static_cast<int>(word.size()) + N);
        below->add(word);
    }
};

template <> struct Level<0> {
    void add(const std::string &) {}
};

int main() {
    std::unordered_map<std::size_t, std::size_t> lengths;
    Level<24> levels;
    std::string line;
    const std::regex words("[a-z]+");
    while (std::getline(std::cin, line)) {
        for (std::sregex_iterator at(line.begin(), line.end(), words), end; at != end; ++at) {
            ++lengths[at->length()];
            levels.add(at->str());
        }
    }
    std::vector<std::pair<std::size_t, std::size_t>> sorted(lengths.begin(), lengths.end());
    std::sort(sorted.begin(), sorted.end());
    for (auto [length, count] : sorted) std::cout << length << ' ' << count << '\n';
}
