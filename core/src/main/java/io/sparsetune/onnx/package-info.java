/** ONNX files: just enough of the format to find a transformer's weights and sizes in it. */
package io.sparsetune.onnx;
