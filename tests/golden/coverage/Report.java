// SPDX-License-Identifier: Apache-2.0
import java.io.File;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jacoco.core.analysis.Analyzer;
import org.jacoco.core.analysis.CoverageBuilder;
import org.jacoco.core.data.ExecutionDataStore;
import org.jacoco.core.data.SessionInfoStore;
import org.jacoco.core.instr.Instrumenter;
import org.jacoco.core.runtime.IRuntime;
import org.jacoco.core.runtime.LoggerRuntime;
import org.jacoco.core.runtime.RuntimeData;
import org.jacoco.report.IReportVisitor;
import org.jacoco.report.xml.XMLFormatter;

/** Report CLASSES MAIN XML: runs the program below CLASSES and reports what ran of it. */
public final class Report extends ClassLoader {
	private final Path classes;
	private final Instrumenter instrumenter;

	private Report(Path classes, IRuntime runtime) {
		super(Report.class.getClassLoader());
		this.classes = classes;
		this.instrumenter = new Instrumenter(runtime);
	}

	@Override
	protected Class<?> findClass(String name) throws ClassNotFoundException {
		try {
			byte[] code = instrumenter.instrument(
					Files.readAllBytes(classes.resolve(name.replace('.', '/') + ".class")), name);
			return defineClass(name, code, 0, code.length);
		} catch (java.io.IOException e) {
			throw new ClassNotFoundException(name, e);
		}
	}

	public static void main(String[] args) throws Exception {
		IRuntime runtime = new LoggerRuntime();
		RuntimeData data = new RuntimeData();
		ExecutionDataStore ran = new ExecutionDataStore();
		SessionInfoStore sessions = new SessionInfoStore();
		CoverageBuilder builder = new CoverageBuilder();

		runtime.startup(data);
		new Report(Path.of(args[0]), runtime).loadClass(args[1])
				.getMethod("main", String[].class).invoke(null, (Object) new String[0]);
		data.collect(ran, sessions, false);
		runtime.shutdown();
		new Analyzer(ran, builder).analyzeAll(new File(args[0]));
		try (OutputStream out = new FileOutputStream(args[2])) {
			IReportVisitor visitor = new XMLFormatter().createVisitor(out);
			visitor.visitInfo(java.util.List.of(), ran.getContents());
			visitor.visitBundle(builder.getBundle("shapes"), null);
			visitor.visitEnd();
		}
	}
}
