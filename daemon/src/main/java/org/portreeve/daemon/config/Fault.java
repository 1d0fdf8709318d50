package org.portreeve.daemon.config;

/**
 * One thing that is wrong in a configuration file. Immutable.
 *
 * @param line from 1; 0 when the fault is that something is not there
 * @param key the dashed path of the key; empty for faults of the file as a whole
 * @param value what was written; empty when nothing was
 * @param allowed what may be written instead, as a phrase
 */
public record Fault(int line, String key, String value, String allowed) {
    @Override
    public String toString() {
        var text = new StringBuilder();
        if (line > 0) {
            text.append("line ").append(line).append(": ");
        }
        if (!key.isEmpty()) {
            text.append(key).append(": ");
        }
        if (!value.isEmpty()) {
            text.append("value '").append(value).append("' — ");
        }
        return text.append(allowed).toString();
    }
}
