//! The loss at w = (0, 1), and its gradient.
mod fit;

fn main() -> Result<(), fit::Error> {
    let mut m = fit::FitModel::new(4, 2)?;
    m.x = vec![0.0, 1.0, 1.0, 1.0, 2.0, 1.0, 3.0, 1.0];
    m.y = vec![0.0, 0.0, 1.0, 1.0];
    m.w = vec![0.0, 1.0];
    m.gradient()?;
    let d_w = m.d_w.unwrap();
    println!("{:.4} {:.4} {:.4} success", m.loss, d_w[0], d_w[1]);
    Ok(())
}
