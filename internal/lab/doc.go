// Package lab is the fault laboratory: it alone sets the real program against a Stripe that keeps its state and breaks its
// answers, has agents use it as impatient people would, kills what can be killed at chosen moments, and afterwards compares
// what Stripe holds with what the agents were told.
//
// A Schedule says everything that happens to one run, Run carries it out, and Judge finds what is wrong with the result.
package lab
