package tools

// given returns value for Stripe, or nil when the argument was left out.
func given[T ~string](value T) *string {
	if value == "" {
		return nil
	}
	return new(string(value))
}

// positive returns value for Stripe, or nil when the argument was left out. Use it only for arguments that cannot be zero.
func positive[T ~int64](value T) *int64 {
	if value == 0 {
		return nil
	}
	return new(int64(value))
}

// convert returns one(item) for each item of list.
func convert[From, To any](list []From, one func(From) To) []To {
	converted := make([]To, len(list))
	for i, item := range list {
		converted[i] = one(item)
	}
	return converted
}
