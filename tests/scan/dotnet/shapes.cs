// SPDX-License-Identifier: Apache-2.0
// What the dotnet module must tell apart: visibilities, nesting, generics and every kind of type
// that a signature can hold. Built by:
// mcs -langversion:latest -target:library -unsafe -resource:shapes.txt shapes.cs
using System;
using System.Collections.Generic;
using System.Reflection;
using System.Runtime.InteropServices;

[assembly: AssemblyVersion("1.2.3.4")]
[assembly: Guid("99c08ffd-f378-a891-10ab-c02fe11be6ef")]

namespace Khien.Fixtures {
interface IShape<T> { T Area(); }
public abstract class Shape {
    protected Shape() { }
    static Shape() { Console.WriteLine("khiên"); }
    public abstract void Draw(int x, string y);
    protected internal virtual object Inner(out int number, ref string[] words) {
        number = 1;
        return words;
    }
    internal static sbyte[,] Grid(byte[][] rows, decimal price) { return null; }
}
public sealed class Round<TUnit, TOther> : Shape, IShape<List<TUnit>>, IDisposable where TUnit : new() {
    const string Label = "a constant";
    public override void Draw(int x, string y) { Console.WriteLine(Label + y); }
    List<TUnit> IShape<List<TUnit>>.Area() { return new List<TUnit>(); }
    public void Dispose() { }
    public static TMethod Make<TMethod>(TUnit unit, TMethod[] rest, Dictionary<TOther, TMethod> map) {
        return rest[0];
    }
    public class Deep {
        protected struct Deeper { public double Value; }
        public enum Colour : ulong { Red, Green }
        protected Colour Pick(Deeper?[] of, char c, bool b, float f, short s, ushort u, uint v, long l) {
            return Colour.Red;
        }
        private protected void Hidden(int[] x) { }
    }
}
}
unsafe class Raw {
    [DllImport("kernel32")]
    static extern IntPtr Call(void* p, UIntPtr size, TypedReference reference);
    static readonly byte[] table = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17 };
    public int* Pointer(int** p) { return *p; }
}
