// An append-only log with no contracts and no code of Huabiao's: for the tests.
//
// Hashes in, proof out. The tree, its proofs and the signed notes are those of the Go
// team (golang.org/x/mod/sumdb/tlog and note); the proofs are written as
// c2sp.org/tlog-proof@v1 says.
//
//	independentlog FOLDER PORT    prints the verifier key, then serves
//	POST /add                     32 bytes: the entry; answers with its index
//	GET  /proof/INDEX             a proof at the newest checkpoint
//	GET  /checkpoint              the newest checkpoint
package main

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const origin = "log.example/tianping"

type logOfHashes struct {
	mu     sync.Mutex
	file   *os.File // of all stored hashes, each 32 bytes, in tlog's own order
	hashes []tlog.Hash
	size   int64
	signer note.Signer
}

func (l *logOfHashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		found[i] = l.hashes[index]
	}
	return found, nil
}

func (l *logOfHashes) add(entry []byte) (int64, error) {
	stored, err := tlog.StoredHashes(l.size, entry, l)
	if err != nil {
		return 0, err
	}
	for _, hash := range stored {
		if _, err := l.file.Write(hash[:]); err != nil {
			return 0, err
		}
	}
	if err := l.file.Sync(); err != nil {
		return 0, err
	}
	l.hashes = append(l.hashes, stored...)
	l.size++
	return l.size - 1, nil
}

func (l *logOfHashes) checkpoint() (string, error) {
	root, err := tlog.TreeHash(l.size, l)
	if err != nil {
		return "", err
	}
	text := fmt.Sprintf("%s\n%d\n%s\n", origin, l.size, root)
	signed, err := note.Sign(&note.Note{Text: text}, l.signer)
	return string(signed), err
}

func (l *logOfHashes) proof(index int64) (string, error) {
	hashes, err := tlog.ProveRecord(l.size, index, l)
	if err != nil {
		return "", err
	}
	checkpoint, err := l.checkpoint()
	if err != nil {
		return "", err
	}
	lines := []string{"c2sp.org/tlog-proof@v1", fmt.Sprintf("index %d", index)}
	for _, hash := range hashes {
		lines = append(lines, base64.StdEncoding.EncodeToString(hash[:]))
	}
	return strings.Join(lines, "\n") + "\n\n" + checkpoint, nil
}

func (l *logOfHashes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	said, err := l.answer(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	io.WriteString(w, said)
}

func (l *logOfHashes) answer(r *http.Request) (string, error) {
	switch {
	case r.Method == "POST" && r.URL.Path == "/add":
		entry, err := io.ReadAll(io.LimitReader(r.Body, 33))
		if err != nil || len(entry) != 32 {
			return "", fmt.Errorf("an entry has 32 bytes")
		}
		index, err := l.add(entry)
		return strconv.FormatInt(index, 10), err
	case r.URL.Path == "/checkpoint":
		return l.checkpoint()
	case strings.HasPrefix(r.URL.Path, "/proof/"):
		index, err := strconv.ParseInt(r.URL.Path[len("/proof/"):], 10, 64)
		if err != nil || index < 0 || index >= l.size {
			return "", fmt.Errorf("no such entry")
		}
		return l.proof(index)
	}
	return "", fmt.Errorf("no such question")
}

// keys makes the log's key at the first start, and reads it afterwards.
func keys(folder string) (string, string) {
	path := filepath.Join(folder, "key")
	kept, err := os.ReadFile(path)
	if err != nil {
		secret, public, err := note.GenerateKey(rand.Reader, origin)
		if err != nil {
			log.Fatal(err)
		}
		kept = []byte(secret + "\n" + public)
		if err := os.WriteFile(path, kept, 0o600); err != nil {
			log.Fatal(err)
		}
	}
	secret, public, _ := strings.Cut(string(kept), "\n")
	return secret, public
}

func main() {
	folder, port := os.Args[1], os.Args[2]
	secret, public := keys(folder)
	signer, err := note.NewSigner(secret)
	if err != nil {
		log.Fatal(err)
	}
	path := filepath.Join(folder, "hashes")
	stored, _ := os.ReadFile(path)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		log.Fatal(err)
	}
	served := &logOfHashes{file: file, signer: signer}
	for ; len(stored) >= 32; stored = stored[32:] {
		served.hashes = append(served.hashes, tlog.Hash(stored[:32]))
	}
	for tlog.StoredHashCount(served.size) < int64(len(served.hashes)) {
		served.size++
	}
	fmt.Println(public)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+port, served))
}
