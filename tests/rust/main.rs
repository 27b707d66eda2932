//! Wrappers as their user calls them; numbers are those of formulas.
mod model;
mod single;

use model::*;

struct Counts {
    passed: usize,
    failed: usize,
}

impl Counts {
    fn check(&mut self, what: &str, holds: bool) {
        if holds {
            self.passed += 1;
        } else {
            self.failed += 1;
            println!("FAIL {}", what);
        }
    }
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * (1.0 + b.abs())
}

fn all_close(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(&a, &b)| close(a, b))
}

fn some_close(a: &Option<Vec<f64>>, b: &[f64]) -> bool {
    a.as_ref().map_or(false, |a| all_close(a, b))
}

/// Outputs, gradients, optional members, and what is refused.
fn layers(t: &mut Counts) -> Result<(), Error> {
    let mut layer = LayerModel::new(2, 2)?;
    t.check("a default", layer.gain == 2.0 && layer.x.len() == 4 && layer.W.len() == 6);
    layer.label = vec![2, 0];
    layer.forward()?;
    t.check("outputs", close(layer.loss, 3f64.ln()) && all_close(&layer.y, &[0.0; 6]));
    layer.x = vec![1.0, 0.0, 0.0, 1.0];
    layer.forward()?;
    layer.backward()?; // dloss/dy = (softmax - one hot) / 2, dy/dW = gain x
    let (a, b) = (1.0 / 3.0, -2.0 / 3.0);
    t.check("backward", some_close(&layer.d_W, &[a, a, b, b, a, a]) && close(layer.d_gain, 0.0));
    let mut copy = layer.clone();
    copy.d_loss = Some(3.0);
    copy.backward()?;
    t.check("backward of a copy", close(copy.d_W.as_ref().unwrap()[0], 3.0 * a) && some_close(&layer.d_W, &[a, a, b, b, a, a]));
    copy.d_W = None;
    copy.d_y = Some(vec![1.0; 6]);
    copy.gradient()?;
    t.check("a gradient that is not wanted", copy.d_W.is_none());
    copy.d_y = Some(vec![1.0; 5]);
    let expected = Error::Length { member: "layer: d_y", length: 5, expected: 6 };
    t.check("an output gradient of another length", copy.gradient() == Err(expected.clone()));
    t.check("words of an error", expected.to_string() == "layer: d_y has 5 elements, not 6");
    t.check("backward behind gradient", copy.backward() == Err(Error::Order { first: "forward" }));
    layer.forward()?;
    layer.label[0] = 1;
    t.check("other ints than those of forward", layer.backward() == Err(Error::Order { first: "forward" }));
    layer.label[0] = 3;
    t.check("an index", layer.gradient() == Err(Error::Index));
    layer.label[0] = 2;
    layer.W.pop();
    t.check("a length", layer.forward() == Err(Error::Length { member: "layer: W", length: 5, expected: 6 }));
    layer.D = usize::MAX;
    t.check("a size beyond the machine", layer.forward() == Err(Error::Size) && layer.make_room() == Err(Error::Size));
    Ok(())
}

/// One workspace for two models: what forward left in it is gone.
fn lent(t: &mut Counts) -> Result<(), Error> {
    let mut work = Workspace::new();
    let mut a = LayerModel::new(1, 1)?;
    let mut b = LayerModel::new(1, 1)?;
    a.x[0] = 1.0;
    a.forward_in(&mut work)?;
    a.backward_in(&mut work)?;
    t.check("backward in a lent workspace", close(a.d_W.as_ref().unwrap()[0], 2.0 * (1.0 / 3.0 - 1.0)));
    t.check("backward in its own", a.backward() == Err(Error::Order { first: "forward" }));
    b.forward_in(&mut work)?;
    t.check("backward behind another's forward", a.backward_in(&mut work) == Err(Error::Order { first: "forward" }));
    Ok(())
}

fn derivatives(t: &mut Counts) -> Result<(), Error> {
    let mut cubes = CubesModel::new(2)?;
    cubes.x = vec![1.0, 2.0];
    cubes.t = 3.0;
    cubes.hessian()?;
    t.check("hessian", some_close(&cubes.d2cubes_dx_dx, &[18.0, 0.0, 0.0, 36.0]) && some_close(&cubes.d2cubes_dx_dt, &[3.0, 12.0]));
    cubes.jacobian()?;
    t.check("jacobian", some_close(&cubes.dcubes_dx, &[9.0, 36.0]));
    cubes.t_x = Some(vec![1.0, 1.0]);
    cubes.jvp()?;
    t.check("jvp", close(cubes.t_cubes, 45.0));
    cubes.v_x = Some(vec![1.0, 1.0]);
    cubes.hvp()?;
    t.check("hvp", some_close(&cubes.hv_x, &[18.0, 36.0]) && close(cubes.hv_t, 15.0));
    let mut slopes = SlopesModel::new()?;
    slopes.x = vec![0.0, 1.0, 3.0, 6.0, 10.0, 15.0];
    slopes.sparse_jacobian()?;
    slopes.jacobian()?;
    let dense = slopes.dr_dx.as_ref().unwrap();
    let values = slopes.dr_dx_values.as_ref().unwrap();
    let (starts, columns) = (slopes_dr_dx_rowptr(), slopes_dr_dx_cols());
    let mut same = starts.len() == 6 && columns.len() == values.len() && values.len() == 10;
    for row in 0..5 {
        for k in starts[row] as usize..starts[row + 1] as usize {
            same = same && values[k] == dense[row * 6 + columns[k] as usize] && values[k] != 0.0;
        }
    }
    t.check("a sparse Jacobian", same);
    Ok(())
}

fn others(t: &mut Counts) -> Result<(), Error> {
    let mut step = StepModel::new(2)?;
    step.w = vec![1.0, 2.0];
    step.g = vec![2.0, 2.0];
    step.forward()?;
    step.forward()?;
    t.check("updates", step.w == [-1.0, 0.0] && step.count == 2 && step.length == 1.0);
    let mut counted = CountedModel::new(2)?;
    counted.A = vec![2.0, 0.0, 0.0, 4.0];
    counted.w = vec![2.0, 4.0];
    t.check("prepare comes first", counted.gradient() == Err(Error::Order { first: "prepare" }));
    counted.prepare()?;
    counted.gradient()?;
    t.check("given", close(counted.counted, 2.0) && some_close(&counted.d_w, &[1.0, 0.5]));
    counted.A = vec![0.0; 4];
    t.check("a singular matrix", counted.prepare() == Err(Error::Numeric) && counted.forward().is_err());
    let mut picked = PickedModel::new(1, 1, 1)?;
    t.check("what is required", picked.forward() == Err(Error::Require));
    let mut words = WordsModel::new(2)?;
    words.r#type = vec![1.0, 2.0];
    words.r#match = vec![3.0, 4.0];
    words.self_ = 2.0;
    words.gradient()?;
    t.check("words of Rust", words.r#loop == 22.0 && words.workspace_ == [2.0, 4.0] && words.d_self == 11.0);
    let mut p = PModel::new()?;
    p.x = vec![2.0, 3.0];
    p.sigma = 1.0;
    p.lambda = vec![1.0];
    p.objective()?;
    p.objective_gradient()?;
    p.constraints()?;
    p.constraints_jacobian()?;
    p.lagrangian_hessian()?;
    t.check("nlp", p.objective == 13.0 && p.d_objective_dx == [4.0, 6.0] && p.constraints == [6.0]);
    t.check("nlp, second", p.constraints_jacobian_values == [3.0, 2.0] && p.lagrangian_hessian_values == [2.0, 1.0, 2.0]);
    let mut half = single::HalfModel::new(2).expect("room").clone();
    t.check("sizes of sums", half.x.len() == 6);
    half.x = vec![1f32; 6];
    if let Err(error) = half.gradient() {
        println!("FAIL {}", error);
    }
    t.check("single precision", half.half == 3f32 && half.d_x == Some(vec![0.5f32; 6]));
    Ok(())
}

fn main() {
    let mut t = Counts { passed: 0, failed: 0 };
    for part in [layers, lent, derivatives, others] {
        if let Err(error) = part(&mut t) {
            t.check(&error.to_string(), false);
        }
    }
    println!("{} passed, {} failed", t.passed, t.failed);
}
