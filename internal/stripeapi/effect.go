package stripeapi

// Effect is what a tool does to the account. The journal, the owner's rules, the question to the person and the tool's
// annotations depend on it.
type Effect int

// The effects. A tool that states no effect has Reads, and so it cannot write.
const (
	Reads   Effect = iota
	Makes          // adds an object; a repetition would add another
	Opens          // opens a page to one customer; a repetition does no harm
	Changes        // changes an object; a repetition does no harm
	Ends           // ends something for good; a repetition does no harm
	Pays           // moves money; a repetition would move it again
)

// Journalled reports whether requests are recorded before they are sent. They are if repeating one would do its work twice.
func (e Effect) Journalled() bool { return e == Makes || e == Pays }

// String returns the effect as one word.
func (e Effect) String() string {
	switch e {
	case Makes:
		return "makes"
	case Opens:
		return "opens"
	case Changes:
		return "changes"
	case Ends:
		return "ends"
	case Pays:
		return "pays"
	case Reads:
	}
	return "reads"
}
