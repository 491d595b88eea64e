package dev.varve.door.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.varve.door.s3.PercentCodec.Plus;
import dev.varve.door.s3.PercentCodec.Slash;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// The query of a request, in the order of the wire. Where a name comes twice, the first one
/// counts.
///
/// Immutable.
final class Query {
    private static final Comparator<Parameter> CANONICAL_ORDER = Comparator
            .comparing((Parameter p) -> PercentCodec.encode(p.name.getBytes(UTF_8), Slash.ESCAPED))
            .thenComparing(p -> PercentCodec.encode(p.value, Slash.ESCAPED));

    private final List<Parameter> parameters;

    /// A decoded name and the bytes of its decoded value.
    private record Parameter(String name, byte[] value) {}

    private Query(List<Parameter> parameters) {
        this.parameters = parameters;
    }

    /// @param raw what follows the question mark; may be empty
    /// @throws S3Exception InvalidURI
    static Query parse(String raw) {
        var parameters = new ArrayList<Parameter>();
        for (int from = 0; from < raw.length();) {
            int ampersand = raw.indexOf('&', from);
            int to = ampersand < 0 ? raw.length() : ampersand;
            if (to > from) {
                int equals = raw.indexOf('=', from);
                int nameEnd = equals < 0 || equals > to ? to : equals;
                var name = PercentCodec.decodeText(raw.substring(from, nameEnd), Plus.SPACE);
                var value = raw.substring(Math.min(nameEnd + 1, to), to);
                parameters.add(new Parameter(name, PercentCodec.decode(value, Plus.SPACE)));
            }
            from = to + 1;
        }
        return new Query(List.copyOf(parameters));
    }

    boolean has(String name) {
        return bytes(name).isPresent();
    }

    /// The value as UTF-8 text.
    Optional<String> text(String name) {
        return bytes(name).map(bytes -> new String(bytes, UTF_8));
    }

    Optional<byte[]> bytes(String name) {
        for (var parameter : parameters) {
            if (parameter.name.equals(name)) {
                return Optional.of(parameter.value);
            }
        }
        return Optional.empty();
    }

    /// A number from 0 to [Integer#MAX_VALUE]; empty where there is no such parameter or it is
    /// empty.
    ///
    /// @throws S3Exception InvalidArgument where it is none
    Optional<Integer> number(String name) {
        var text = text(name).filter(value -> !value.isEmpty());
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            int number = Integer.parseInt(text.get());
            if (number >= 0) {
                return Optional.of(number);
            }
        } catch (NumberFormatException _) {
            // answered below
        }
        throw S3Exception.invalidArgument(name, text.get(),
                "Argument " + name + " must be an integer between 0 and 2147483647");
    }

    /// All names, in order.
    List<String> names() {
        return parameters.stream().map(Parameter::name).toList();
    }

    /// The canonical query string of Signature Version 4, without one parameter.
    String canonical(String except) {
        return parameters.stream()
                .filter(parameter -> !parameter.name.equals(except))
                .sorted(CANONICAL_ORDER)
                .map(p -> PercentCodec.encode(p.name.getBytes(UTF_8), Slash.ESCAPED) + '='
                        + PercentCodec.encode(p.value, Slash.ESCAPED))
                .collect(Collectors.joining("&"));
    }
}
