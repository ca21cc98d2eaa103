package tools

// given returns value for Stripe, nil when the argument was left out.
func given[T ~string](value T) *string {
	if value == "" {
		return nil
	}
	return new(string(value))
}

// positive returns value for Stripe, nil when the argument was left out; none of its users allows zero.
func positive[T ~int64](value T) *int64 {
	if value == 0 {
		return nil
	}
	return new(int64(value))
}

// convert applies one to each of list.
func convert[From, To any](list []From, one func(From) To) []To {
	converted := make([]To, len(list))
	for i, item := range list {
		converted[i] = one(item)
	}
	return converted
}
