package dev.varve.cli;

import dev.varve.env.Clock;
import dev.varve.env.SystemTasks;
import dev.varve.replay.Demo;
import dev.varve.replay.DemoReport;
import dev.varve.replay.DemoSettings;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `varve demo`.
@Command(name = "demo",
        description = "Show a server at work: start one in a temporary folder, with memory for a"
                + " tenth of the data, replay a language model's KV cache against it, put a dataset"
                + " through S3, and print what came of it. Then it serves until Ctrl-C.",
        footer = {
                "",
                "Examples:",
                "  varve demo",
                "  varve demo --trace conversations.jsonl --exit",
                "  varve demo --blocks 10000 --block-bytes 1m --in DIR"})
final class DemoCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private TrafficOptions options = new TrafficOptions();

    @Option(names = "--exit", description = "End after the table.")
    private boolean exit;

    @Option(names = "--in", paramLabel = "DIR",
            description = "Where to make the temporary folder (default: the system's place for"
                    + " temporary files).")
    private Optional<Path> parent = Optional.empty();

    @Override
    public Integer call() throws InterruptedException {
        var out = spec.commandLine().getOut();
        try (var tasks = new SystemTasks()) {
            var demo = Demo.plan(settings(), Clock.system(), tasks);
            try (var ground = DemoGround.prepare(parent,
                    demo.trafficBytes() + demo.datasetBytes())) {
                ground.description().forEach(out::println);
                var report = run(demo, ground);
                out.println();
                out.println(report.text());
                ground.invitation(!exit).forEach(out::println);
                out.flush();
                if (!exit) {
                    ground.awaitSignal();
                }
                return report.good() ? ExitCode.OK : ExitCode.SOFTWARE;
            }
        }
    }

    private DemoReport run(Demo demo, DemoGround ground) {
        spec.commandLine().getOut().flush();
        var progress = Progress.on(spec.commandLine().getErr());
        try {
            return demo.run(ground.resp(), ground.s3(), ground.counters(), progress::show);
        } finally {
            progress.end();
        }
    }

    private DemoSettings settings() {
        var plain = DemoSettings.DEFAULT;
        try {
            return new DemoSettings(
                    options.trace(), options.blocks(), options.seed(), options.blockBytes(),
                    options.connections(), options.speed(), plain.datasetObjects(),
                    plain.objectBytes());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
