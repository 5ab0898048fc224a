// Renders a chart the way helm does: text/template with sprig's functions and the few that helm adds. Helm itself cannot be had on every
// machine that tests run on; a chart that keeps to what is here renders the same there.
//
//	render CHART [-f VALUES]... [-set KEY=VALUE]... [-api GROUP/VERSION]...
//
// Prints every template that is not a partial, each after a line "# Source: PATH"; a chart that does not render prints why and exits with 1.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"sigs.k8s.io/yaml"
)

type dict = map[string]interface{}

// Files are the chart's own, as templates see them.
type files map[string][]byte

func (f files) Get(name string) string { return string(f[name]) }

func (f files) Glob(pattern string) files {
	found := files{}
	for name, text := range f {
		if ok, _ := filepath.Match(pattern, name); ok {
			found[name] = text
		}
	}
	return found
}

type versions []string

func (v versions) Has(version string) bool {
	for _, known := range v {
		if known == version {
			return true
		}
	}
	return false
}

func main() {
	chart, values, apis := arguments()
	contents := read(chart)
	var meta dict
	parse("Chart.yaml", contents["Chart.yaml"], &meta)
	all := dict{}
	parse("values.yaml", contents["values.yaml"], &all)
	for _, more := range values {
		all = merge(all, more)
	}

	root := template.New("chart").Option("missingkey=zero")
	root.Funcs(functions(root))
	var names []string
	for name, text := range contents {
		if strings.HasPrefix(name, "templates/") {
			check(root.New(name).Parse(string(text)))
			names = append(names, name)
		}
	}
	sort.Strings(names)
	data := dict{
		"Values":       all,
		"Chart":        dict{"Name": meta["name"], "Version": meta["version"], "AppVersion": meta["appVersion"]},
		"Release":      dict{"Name": "doseline", "Namespace": "doseline", "Service": "Helm", "IsInstall": true, "IsUpgrade": false, "Revision": 1},
		"Capabilities": dict{"APIVersions": apis, "KubeVersion": dict{"Version": "v1.31.0"}},
		"Files":        contents,
	}
	for _, name := range names {
		if strings.HasPrefix(filepath.Base(name), "_") {
			continue
		}
		var out bytes.Buffer
		if err := root.ExecuteTemplate(&out, name, data); err != nil {
			fail(err)
		}
		if filepath.Ext(name) == ".txt" {
			continue // Notes are for people; that they render is enough.
		}
		// As helm does: a value that is nowhere prints nothing.
		fmt.Printf("---\n# Source: %s\n%s\n", name, strings.ReplaceAll(out.String(), "<no value>", ""))
	}
}

func functions(root *template.Template) template.FuncMap {
	funcs := sprig.TxtFuncMap()
	// Templates of a chart see neither the machine's environment nor its network.
	for _, name := range []string{"env", "expandenv", "getHostByName"} {
		delete(funcs, name)
	}
	funcs["include"] = func(name string, data interface{}) (string, error) {
		var out strings.Builder
		err := root.ExecuteTemplate(&out, name, data)
		return out.String(), err
	}
	funcs["required"] = func(message string, value interface{}) (interface{}, error) {
		if text, isText := value.(string); value == nil || isText && text == "" {
			return value, fmt.Errorf("%s", message)
		}
		return value, nil
	}
	funcs["toYaml"] = func(value interface{}) string {
		text, err := yaml.Marshal(value)
		if err != nil {
			return ""
		}
		return strings.TrimSuffix(string(text), "\n")
	}
	funcs["fromYaml"] = func(text string) dict {
		value := dict{}
		if err := yaml.Unmarshal([]byte(text), &value); err != nil {
			value["Error"] = err.Error()
		}
		return value
	}
	funcs["toJson"] = func(value interface{}) string {
		text, _ := json.Marshal(value)
		return string(text)
	}
	return funcs
}

func merge(under, over dict) dict {
	merged := dict{}
	for key, value := range under {
		merged[key] = value
	}
	for key, value := range over {
		// As helm does: null takes a key away.
		if value == nil {
			delete(merged, key)
			continue
		}
		a, isDict := merged[key].(dict)
		b, overIsDict := value.(dict)
		if isDict && overIsDict {
			merged[key] = merge(a, b)
		} else {
			merged[key] = value
		}
	}
	return merged
}

func arguments() (chart string, values []dict, apis versions) {
	apis = versions{"v1", "apps/v1"}
	for i := 1; i < len(os.Args); i++ {
		switch os.Args[i] {
		case "-f":
			i++
			text, err := os.ReadFile(os.Args[i])
			if err != nil {
				fail(err)
			}
			more := dict{}
			parse(os.Args[i], text, &more)
			values = append(values, more)
		case "-set":
			i++
			pair := strings.SplitN(os.Args[i], "=", 2)
			var value interface{}
			parse(pair[0], []byte(pair[1]), &value)
			path := strings.Split(pair[0], ".")
			for at := len(path) - 1; at >= 0; at-- {
				value = dict{path[at]: value}
			}
			values = append(values, value.(dict))
		case "-api":
			i++
			apis = append(apis, os.Args[i])
		default:
			chart = os.Args[i]
		}
	}
	return chart, values, apis
}

func read(chart string) files {
	contents := files{}
	err := filepath.Walk(chart, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		name, _ := filepath.Rel(chart, path)
		text, err := os.ReadFile(path)
		contents[filepath.ToSlash(name)] = text
		return err
	})
	if err != nil {
		fail(err)
	}
	return contents
}

func parse(name string, text []byte, into interface{}) {
	if err := yaml.Unmarshal(text, into); err != nil {
		fail(fmt.Errorf("%s: %w", name, err))
	}
}

func check(_ *template.Template, err error) {
	if err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
