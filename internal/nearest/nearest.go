// Package nearest is the only place that guesses what a misspelt name was meant to be.
package nearest

import (
	"slices"
	"strings"
)

// longest bounds how much of a word is compared, so that a hostile one costs no time.
const longest = 64

// Nearest returns the entry of known that word turns into at the least cost, upper and lower case
// counting as equal. A letter added costs one and a letter taken away two: people shorten long names,
// whereas a letter that a name does not have speaks against it. The first of several equally near
// entries wins. The result is empty when none is near: a word that is not just shortened has to keep
// most of its letters.
func Nearest(word string, known []string) string {
	best, fewest := "", 0
	for _, candidate := range known {
		if d := distance(word, candidate); best == "" || d < fewest {
			best, fewest = candidate, d
		}
	}
	length := len(fold(word))
	if length < 2 || !shortened(word, best) && 2*fewest > length+2 {
		return ""
	}
	return best
}

// shortened reports whether word is what is left of name when letters are taken out.
func shortened(word, name string) bool {
	rest := fold(name)
	for _, letter := range fold(word) {
		at := slices.Index(rest, letter)
		if at < 0 {
			return false
		}
		rest = rest[at+1:]
	}
	return true
}

// DidYouMean returns the question for the nearest entry, empty when none is near.
func DidYouMean(word string, known []string) string {
	if best := Nearest(word, known); best != "" {
		return "did you mean " + best + "?"
	}
	return ""
}

// distance is the cost of turning a into b, from one row of the usual table, overwritten as it goes.
func distance(a, b string) int {
	from, to := fold(a), fold(b)
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, f := range from {
		diagonal := row[0]
		row[0] = 2 * (i + 1)
		for j, t := range to {
			above := row[j+1]
			if f == t {
				row[j+1] = diagonal
			} else {
				row[j+1] = min(above+2, row[j]+1)
			}
			diagonal = above
		}
	}
	return row[len(to)]
}

func fold(word string) []rune {
	// Four bytes are the most a rune takes, so nothing that would be compared is lost here.
	runes := []rune(strings.ToLower(word[:min(len(word), 4*longest)]))
	return runes[:min(len(runes), longest)]
}
