package io.sparsetune.hadoop;

import io.sparsetune.files.OutputFolder;
import io.sparsetune.files.TemporaryName;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options.Rename;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.viewfs.ViewFileSystem;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.web.WebHdfsFileSystem;

/**
 * Writes files that appear whole. Where the file system can do it, a file takes the place of an
 * older one without a moment in which neither is there, so that no death loses both.
 */
final class WholeFile {
  private WholeFile() {}

  /** Writes a file into a folder that exists. */
  static void write(FileSystem fileSystem, Path target, OutputFolder.Content content)
      throws IOException {
    if (appearsAtClose(fileSystem, target)) {
      writeAtOnce(fileSystem, target, content);
      return;
    }
    Path temporary = new Path(target.getParent(), TemporaryName.create());
    try {
      try (OutputStream out =
          new BufferedOutputStream(fileSystem.create(temporary, false), 1 << 16)) {
        content.writeTo(out);
      } catch (FSError e) {
        // A local disk's failure, a full one among them, is an error to Hadoop.
        throw e.getCause() instanceof IOException cause ? cause : new IOException(e);
      }
    } catch (IOException | RuntimeException e) {
      fileSystem.delete(temporary, false);
      throw e;
    }
    try {
      move(fileSystem, temporary, target);
    } catch (IOException | RuntimeException e) {
      // Where the older file is gone already, the new one is all that there is.
      if (fileSystem.exists(target)) {
        fileSystem.delete(temporary, false);
      }
      throw e;
    }
  }

  /**
   * Whether a new file is there only once its stream is closed, as on S3: stores that promise that
   * an aborted stream leaves nothing do so. A rename would copy there, and replaces nothing.
   */
  private static boolean appearsAtClose(FileSystem fileSystem, Path target) throws IOException {
    return fileSystem.hasPathCapability(target, CommonPathCapabilities.ABORTABLE_STREAM);
  }

  private static void writeAtOnce(FileSystem fileSystem, Path target, OutputFolder.Content content)
      throws IOException {
    FSDataOutputStream out = fileSystem.create(target, true);
    boolean written = false;
    try {
      BufferedOutputStream buffered = new BufferedOutputStream(out, 1 << 16);
      content.writeTo(buffered);
      buffered.flush();
      written = true;
    } finally {
      if (!written) {
        out.abort();
      }
      out.close();
    }
  }

  /** Renames a file; replaces one that is there. */
  static void move(FileSystem fileSystem, Path from, Path to) throws IOException {
    if (fileSystem instanceof ViewFileSystem) {
      Path real = fileSystem.resolvePath(from);
      Path folder = fileSystem.resolvePath(to.getParent());
      move(real.getFileSystem(fileSystem.getConf()), real, new Path(folder, to.getName()));
    } else if (fileSystem instanceof DistributedFileSystem hdfs) {
      hdfs.rename(from, to, Rename.OVERWRITE);
    } else if (fileSystem instanceof WebHdfsFileSystem hdfs) {
      hdfs.rename(from, to, Rename.OVERWRITE);
    } else {
      // The rename that every file system has replaces nothing.
      fileSystem.delete(to, false);
      if (!fileSystem.rename(from, to)) {
        throw new IOException("cannot rename " + from + " to " + to);
      }
    }
  }
}
