# Counts the words of a file, and collects the lines of each.
count = Hash.new(0)
lines = Hash.new { |hash, word| hash[word] = [] }
File.foreach(ARGV[0]).with_index do |line, number|
  line.scan(/\w+/) do |word|
    count[word] += 1
    lines[word.downcase] << "#{number}:#{line.size}"
  end
end
count.sort_by { |word, times| [-times, word] }.first(10).each { |word, times| puts "#{word} #{times}" }
puts lines.values.sum(&:size)
