package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"errors"
)

const keySize = 32 // AES-256

func cipherFor(kek []byte) (cipher.AEAD, error) {
	if len(kek) != keySize {
		return nil, aes.KeySizeError(len(kek))
	}
	block, err := aes.NewCipher(kek)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// seal encrypts plain into e and binds everything else in e to it.
func seal(e *envelope, kek, plain []byte) error {
	aead, err := cipherFor(kek)
	if err != nil {
		return err
	}
	bound, err := e.bound()
	if err != nil {
		return err
	}
	e.Nonce = make([]byte, aead.NonceSize())
	_, _ = rand.Read(e.Nonce) // never fails (crypto/rand)
	e.Sealed = aead.Seal(nil, e.Nonce, plain, bound)
	return nil
}

func open(aead cipher.AEAD, e envelope) ([]byte, error) {
	if len(e.Nonce) != aead.NonceSize() {
		return nil, errors.New("the nonce has the wrong length")
	}
	bound, err := e.bound()
	if err != nil {
		return nil, err
	}
	return aead.Open(nil, e.Nonce, e.Sealed, bound)
}

// bound returns the authenticated data: the readable part of the envelope.
func (e *envelope) bound() ([]byte, error) {
	return json.Marshal(envelope{Version: e.Version, Profile: e.Profile, Label: e.Label})
}
